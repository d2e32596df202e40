#include "registry/statement.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include "base/error.h"

namespace replay::registry {

Statement::~Statement() {
  // Both only fail where a step failed before, and that has thrown.
  prepared_.tryReset();
  try {
    prepared_.clearBindings();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see above
  }
}

Statement& Statement::bind(const char* name, std::int64_t value) {
  prepared_.bind(name, value);
  return *this;
}

Statement& Statement::bind(const char* name, double value) {
  prepared_.bind(name, value);
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view text) {
  prepared_.bind(name, std::string(text));
  return *this;
}

Statement& Statement::bind_if(const char* name, const std::optional<std::string>& text) {
  return text ? bind(name, std::string_view(*text)) : bind_null(name);
}

Statement& Statement::bind_if(const char* name, const std::optional<double>& value) {
  return value ? bind(name, *value) : bind_null(name);
}

Statement& Statement::bind(const char* name, Instant when) {
  return bind(name, std::string_view(format_instant(when)));
}

Statement& Statement::bind_blob(const char* name, std::string_view bytes) {
  prepared_.bind(name, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
  return *this;
}

Statement& Statement::bind_null(const char* name) {
  prepared_.bind(name);
  return *this;
}

bool Statement::step() { return prepared_.executeStep(); }

int Statement::execute() { return prepared_.exec(); }

std::int64_t Statement::integer(const char* column) const {
  return prepared_.getColumn(column).getInt64();
}

std::optional<std::int64_t> Statement::integer_if(const char* column) const {
  const SQLite::Column value = prepared_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return value.getInt64();
}

std::optional<double> Statement::real_if(const char* column) const {
  const SQLite::Column value = prepared_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return value.getDouble();
}

std::string Statement::text(const char* column) const {
  auto value = text_if(column);
  if (!value)
    throw Error(ErrorKind::corrupt,
                std::string("The registry holds NULL where ") + column + " is required.");
  return *std::move(value);
}

std::optional<std::string> Statement::text_if(const char* column) const {
  const SQLite::Column value = prepared_.getColumn(column);
  if (value.isNull()) return std::nullopt;
  return value.getString();
}

bool Statement::is_number(const char* column) const {
  const SQLite::Column value = prepared_.getColumn(column);
  return value.isInteger() || value.isFloat();
}

std::optional<Instant> Statement::instant_if(const char* column) const {
  const SQLite::Column value = prepared_.getColumn(column);
  if (value.isInteger() || value.isFloat()) return instant_from_number(value.getDouble());
  if (!value.isText()) return std::nullopt;
  return parse_instant(
      std::string_view(value.getText(), static_cast<std::size_t>(value.getBytes())));
}

}  // namespace replay::registry
