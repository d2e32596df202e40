#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace SQLite {
class Exception;
class Statement;
}  // namespace SQLite

namespace replay::registry {

/// One run of a prepared statement: bind and read by name. Borrows the statement from its
/// Connection and resets it when it goes. NULL never turns into "": text() throws on it, text_if()
/// does not. Thread rule: its connection's thread.
class Statement {
 public:
  explicit Statement(SQLite::Statement& prepared) : prepared_(prepared) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(const char* name, std::int64_t value);
  Statement& bind(const char* name, double value);
  Statement& bind(const char* name, std::string_view text);
  Statement& bind(const char* name, const char* text) { return bind(name, std::string_view(text)); }
  Statement& bind(const char* name, Instant when);  ///< as text, the form we write
  Statement& bind_if(const char* name, const std::optional<std::string>& text);  ///< or NULL
  Statement& bind_if(const char* name, const std::optional<double>& value);
  Statement& bind_blob(const char* name, std::string_view bytes);
  Statement& bind_null(const char* name);

  /// True while there is a row.
  bool step();
  /// For statements without rows: how many rows changed.
  int execute();

  [[nodiscard]] std::int64_t integer(const char* column) const;  ///< 0 for NULL
  [[nodiscard]] std::optional<std::int64_t> integer_if(const char* column) const;
  [[nodiscard]] std::optional<double> real_if(const char* column) const;
  [[nodiscard]] std::string text(const char* column) const;  ///< any type but NULL, as text
  [[nodiscard]] std::optional<std::string> text_if(const char* column) const;
  [[nodiscard]] bool is_number(const char* column) const;
  /// A stored timestamp of any form, text or number; nullopt where unreadable.
  [[nodiscard]] std::optional<Instant> instant_if(const char* column) const;

 private:
  SQLite::Statement& prepared_;
};

}  // namespace replay::registry
