#include "http/conditional.h"

#include <algorithm>

namespace replay::http {
namespace {

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

}  // namespace

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  constexpr std::string_view kBlanks = " \t";
  constexpr std::string_view kBetweenTags = " \t,";
  std::string_view rest = if_none_match;
  skip(rest, kBlanks);
  if (rest.starts_with('*')) return rest.find_first_not_of(kBlanks, 1) == std::string_view::npos;
  while (true) {
    skip(rest, kBetweenTags);
    if (rest.starts_with("W/")) rest.remove_prefix(2);
    if (!rest.starts_with('"')) return false;
    rest.remove_prefix(1);
    const std::size_t end = rest.find('"');
    if (end == std::string_view::npos) return false;
    if (rest.substr(0, end) == etag) return true;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace replay::http
