#include "policy/pointer.h"

#include <bit>
#include <charconv>

namespace replay::policy {
namespace {

void append_escaped(std::string& text, std::string_view name) {
  for (const char c : name) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
}

std::optional<std::string> unescaped(std::string_view segment) {
  std::string name;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '~') {
      name += segment[i];
      continue;
    }
    ++i;
    if (i == segment.size() || (segment[i] != '0' && segment[i] != '1')) return std::nullopt;
    name += segment[i] == '0' ? '~' : '/';
  }
  return name;
}

bool is_index(std::string_view name, std::size_t index) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  return error == std::errc() && end == name.data() + name.size() && value == index &&
         (name.size() == 1 || name.front() != '0');
}

}  // namespace

std::string to_string(const Path& path) {
  std::string text;
  for (const auto& step : path) {
    text += '/';
    if (const auto* name = std::get_if<std::string_view>(&step)) {
      append_escaped(text, *name);
    } else {
      text += std::to_string(std::get<std::size_t>(step));
    }
  }
  return text;
}

std::optional<Pointer> Pointer::parse(std::string_view text, std::string& problem) {
  if (!text.starts_with('/')) {
    problem = "A pointer starts with '/': write \"/" + std::string(text) + "\".";
    return std::nullopt;
  }
  Pointer pointer;
  pointer.text_ = text;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    text.remove_prefix(segment.size());
    if (segment == "**") {
      pointer.segments_.push_back({Kind::any_depth, {}});
    } else if (segment == "*") {
      pointer.segments_.push_back({Kind::any, {}});
    } else if (segment.find('*') != std::string_view::npos) {
      problem = "\"" + std::string(segment) +
                "\" mixes * with other characters: * stands for a whole member or element.";
      return std::nullopt;
    } else if (const auto name = unescaped(segment)) {
      pointer.segments_.push_back({Kind::name, *name});
    } else {
      problem = "After ~ only 0 (for ~) or 1 (for /) may follow in a pointer.";
      return std::nullopt;
    }
  }
  if (pointer.segments_.size() > kMaxSegments) {
    problem = "A pointer has at most " + std::to_string(kMaxSegments) + " segments.";
    return std::nullopt;
  }
  return pointer;
}

/// Runs all ways through the pointer at once: bit i of `states` says that the segments before i led
/// here.
class Pointer::Walk {
 public:
  Walk(const std::vector<Segment>& segments, const Visitor& visitor)
      : segments_(segments), visitor_(visitor), accepted_(std::uint64_t{1} << segments.size()) {}

  bool value(const json::value& here, std::uint64_t states) {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if ((states >> i & 1U) != 0 && segments_[i].kind == Kind::any_depth) {
        states |= std::uint64_t{2} << i;
      }
    }
    if ((states & accepted_) != 0 && !visitor_(here, path_)) return false;
    states &= ~accepted_;
    if (states == 0) return true;
    if (const json::object* object = here.if_object()) return members(*object, states);
    if (const json::array* array = here.if_array()) return elements(*array, states);
    return true;
  }

 private:
  bool members(const json::object& object, std::uint64_t states) {
    if (const Segment* only = only_name(states)) {
      const json::value* found = object.if_contains(only->name);
      return found == nullptr || step(std::string_view(only->name), *found, states << 1U);
    }
    for (const auto& [key, child] : object) {
      const std::string_view name = key;
      const std::uint64_t next =
          after(states, [name](const std::string& segment) { return segment == name; });
      if (next != 0 && !step(name, child, next)) return false;
    }
    return true;
  }

  bool elements(const json::array& array, std::uint64_t states) {
    for (std::size_t i = 0; i < array.size(); ++i) {
      const std::uint64_t next =
          after(states, [i](const std::string& segment) { return is_index(segment, i); });
      if (next != 0 && !step(i, array[i], next)) return false;
    }
    return true;
  }

  bool step(Path::value_type name, const json::value& child, std::uint64_t states) {
    path_.push_back(name);
    const bool go_on = value(child, states);
    path_.pop_back();
    return go_on;
  }

  /// The segment, where only one way leads on and it is a name: the member is then looked up, not
  /// searched.
  const Segment* only_name(std::uint64_t states) const {
    if (!std::has_single_bit(states)) return nullptr;
    const Segment& segment = segments_[static_cast<std::size_t>(std::countr_zero(states))];
    return segment.kind == Kind::name ? &segment : nullptr;
  }

  template <class IsName>
  std::uint64_t after(std::uint64_t states, IsName is_name) const {
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      if ((states >> i & 1U) == 0) continue;
      const Segment& segment = segments_[i];
      if (segment.kind == Kind::any_depth) next |= std::uint64_t{1} << i;
      if (segment.kind == Kind::any || (segment.kind == Kind::name && is_name(segment.name))) {
        next |= std::uint64_t{2} << i;
      }
    }
    return next;
  }

  const std::vector<Segment>& segments_;
  const Visitor& visitor_;
  const std::uint64_t accepted_;
  Path path_;
};

bool Pointer::visit(const json::value& root, const Visitor& visitor) const {
  return Walk(segments_, visitor).value(root, 1);
}

}  // namespace replay::policy
