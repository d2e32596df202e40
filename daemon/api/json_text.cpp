#include "api/json_text.h"

namespace replay::api {

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
