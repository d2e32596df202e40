#include "config/setting.h"

#include <algorithm>

#include "base/error.h"

namespace replay::config {
namespace {

/// The shortest way to write a duration: "7d", "90m".
std::string written(Duration length) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace): the literal units below
  if (length % days{1} == Duration::zero() && length >= days{1})
    return std::to_string(length / days{1}) + "d";
  if (length % hours{1} == Duration::zero() && length >= hours{1})
    return std::to_string(length / hours{1}) + "h";
  if (length % seconds{1} == Duration::zero()) return std::to_string(length / seconds{1}) + "s";
  return std::to_string(length / milliseconds{1}) + "ms";
}

}  // namespace

std::string place(const std::filesystem::path& file, const YAML::Mark& mark) {
  return mark.is_null() ? file.string() + ": "
                        : file.string() + ":" + std::to_string(mark.line + 1) + ": ";
}

void Setting::refuse(const std::string& problem) const {
  throw Error(ErrorKind::malformed, place(file_, node_.Mark()) + key_ + " " + problem + ".");
}

std::string Setting::text() const {
  if (!node_.IsScalar()) refuse("must be a text");
  return node_.Scalar();
}

std::optional<std::string> Setting::text_or_null() const {
  if (node_.IsNull()) return std::nullopt;
  std::string value = text();
  if (value.empty()) refuse("must be a text, or null to leave the status alone");
  return value;
}

std::vector<std::string> Setting::texts() const {
  if (node_.IsNull()) return {};
  if (!node_.IsSequence()) refuse("must be a list, as in [one, two]");
  std::vector<std::string> values;
  for (const YAML::Node& item : node_) values.push_back(Setting(file_, key_, item).text());
  return values;
}

bool Setting::yes() const {
  bool value = false;
  if (!YAML::convert<bool>::decode(node_, value)) refuse("must be true or false");
  return value;
}

std::uint64_t Setting::whole(std::uint64_t lowest, std::uint64_t highest) const {
  std::uint64_t value = 0;
  const bool digits = node_.IsScalar() && !node_.Scalar().empty() &&
                      node_.Scalar().find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !YAML::convert<std::uint64_t>::decode(node_, value) || value < lowest ||
      value > highest) {
    refuse("must be a whole number from " + std::to_string(lowest) + " to " +
           std::to_string(highest));
  }
  return value;
}

Duration Setting::length(Duration lowest, Duration highest) const {
  const auto value = node_.IsScalar() ? parse_duration(node_.Scalar()) : std::nullopt;
  if (!value || *value < lowest || *value > highest) {
    refuse("must be a duration from " + written(lowest) + " to " + written(highest) +
           ", as in 30s, 5m, 7d");
  }
  return *value;
}

std::filesystem::path Setting::beside(const std::string& path) const {
  return path.empty() ? std::filesystem::path{} : (file_.parent_path() / path).lexically_normal();
}

}  // namespace replay::config
