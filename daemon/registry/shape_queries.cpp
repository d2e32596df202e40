#include <string_view>

#include <SQLiteCpp/Exception.h>

#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"

namespace replay::registry {
namespace {

/// FNV-1a, 64 bits: what is stored must mean the same to every build, which std::hash does not
/// promise. Source: http://www.isthe.com/chongo/tech/comp/fnv/.
class Fingerprint {
 public:
  void add(const std::optional<std::string>& value) {
    // The length keeps "ab", "c" apart from "a", "bc", and -1 tells NULL from "".
    add_bytes(value ? std::to_string(value->size()) : "-1");
    add_bytes(":");
    if (value) add_bytes(*value);
  }
  [[nodiscard]] std::int64_t value() const { return static_cast<std::int64_t>(hash_); }

 private:
  void add_bytes(std::string_view bytes) {
    for (const char byte : bytes) {
      hash_ ^= static_cast<unsigned char>(byte);
      hash_ *= 0x100000001b3ULL;
    }
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::optional<std::int64_t> ReadView::anchor(std::string_view table, RowId row) const {
  Statement find =
      connection_.statement(table == "task_audits" ? sql::kAuditAnchor : sql::kEventAnchor);
  find.bind(":row", row);
  try {
    if (!find.step()) return std::nullopt;
  } catch (const SQLite::Exception& failure) {
    if (!connection_.met_damage(failure)) throw;
    return std::nullopt;
  }
  Fingerprint fingerprint;
  for (const char* column : {"task_id", "event_type", "created_at"})
    fingerprint.add(find.text_if(column));
  return fingerprint.value();
}

TableShape ReadView::shape(std::string_view table, RowId upto) const {
  const bool audits = table == "task_audits";
  TableShape shape;
  shape.anchor = anchor(table, upto);
  {
    Statement index = connection_.statement(sql::kIndexToCountBy);
    if (!index.bind(":table", table).step()) return shape;
  }
  try {
    Statement all = connection_.statement(audits ? sql::kCountAudits : sql::kCountEvents);
    Statement above =
        connection_.statement(audits ? sql::kCountAuditsAbove : sql::kCountEventsAbove);
    above.bind(":row", upto);
    if (all.step() && above.step())
      shape.rows = static_cast<std::uint64_t>(all.integer("n") - above.integer("n"));
  } catch (const SQLite::Exception& failure) {
    if (!connection_.met_damage(failure)) throw;
  }
  return shape;
}

}  // namespace replay::registry
