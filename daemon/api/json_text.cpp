#include "api/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace replay::api {
namespace {

void append(std::string& text, double number) {
  if (!std::isfinite(number)) {  // a stored 1e999; Boost writes it so that it reads as one again
    text += json::serialize(json::value(number));
    return;
  }
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  const std::string_view shortest(digits.data(), written.ptr);
  text += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos)
    text += ".0";  // stays a double when read again
}

void append(std::string& text, const json::value& value) {
  if (const json::object* object = value.if_object()) {
    char separator = '{';
    for (const auto& [name, member] : *object) {
      text += std::exchange(separator, ',');
      text += json::serialize(name);
      text += ':';
      append(text, member);
    }
    text += object->empty() ? "{}" : "}";
  } else if (const json::array* array = value.if_array()) {
    char separator = '[';
    for (const json::value& element : *array) {
      text += std::exchange(separator, ',');
      append(text, element);
    }
    text += array->empty() ? "[]" : "]";
  } else if (const double* number = value.if_double()) {
    append(text, *number);
  } else {
    text += json::serialize(value);
  }
}

}  // namespace

std::string to_text(const json::value& value) {
  std::string text;
  append(text, value);
  return text;
}

ObjectText& ObjectText::add_text(std::string_view name, std::string_view document) {
  if (text_.size() > 1) text_ += ',';
  text_ += json::serialize(json::string_view(name));
  text_ += ':';
  text_ += document;
  return *this;
}

std::string array_text(const std::vector<std::string>& documents) {
  std::string text = "[";
  for (const std::string& document : documents) {
    if (text.size() > 1) text += ',';
    text += document;
  }
  return text += ']';
}

}  // namespace replay::api
