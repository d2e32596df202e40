#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

namespace replay {

/// What kind of failure, so that one table can say which HTTP status or exit code it is.
enum class ErrorKind {
  malformed,     ///< the request or file cannot be understood
  out_of_range,  ///< understood, but a value is outside its range
  not_found,
  method_not_allowed,
  conflict,  ///< the state of the thing forbids it
  too_large,
  unsupported_media,
  rate_limited,
  busy,         ///< full or locked now; later may work
  unavailable,  ///< what it needs (disk, registry) does not work
  corrupt,      ///< stored bytes are not what we wrote
  internal,
};

/// The request, job or command cannot be done. what() is one sentence for the person who asked:
/// what was wrong, where, and what to do. A lower error travels nested (std::throw_with_nested) and
/// is only logged.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& sentence,
        std::optional<std::chrono::seconds> retry_after = std::nullopt);

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  ErrorKind kind_;
  std::optional<std::chrono::seconds> retry_after_;
};

/// The sentences of an exception and everything nested in it, outermost first, joined by ": ". For
/// logs.
[[nodiscard]] std::string describe(const std::exception& error);

}  // namespace replay
