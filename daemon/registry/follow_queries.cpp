#include <algorithm>
#include <limits>

#include <SQLiteCpp/Exception.h>

#include "base/json.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "model/decision.h"
#include "registry/connection.h"
#include "registry/read_view.h"
#include "registry/sql.h"
#include "registry/state.h"

namespace replay::registry {
namespace {

struct Queries {
  const char* above;
  const char* by_time;
  const char* by_row;
  const char* one;
};

constexpr Queries kAudits{sql::kFollowAudits, sql::kAuditsByTime, sql::kAuditsByRow,
                          sql::kFollowAudit};
constexpr Queries kEvents{sql::kFollowEvents, sql::kEventsByTime, sql::kEventsByRow,
                          sql::kFollowEvent};

const Queries& queries_of(std::string_view table) {
  return table == "task_audits" ? kAudits : kEvents;
}

enum class Step { row, end, damage };

Step step(Connection& connection, Statement& rows) {
  try {
    return rows.step() ? Step::row : Step::end;
  } catch (const SQLite::Exception& failure) {
    if (!connection.met_damage(failure)) throw;
    return Step::damage;
  }
}

LookBehind look_by_row(Instant from, RowId upto) {
  LookBehind look{.from = from, .upto = upto};
  look.row = std::numeric_limits<RowId>::min();
  look.by_row = true;
  return look;
}

bool is_one_of(const std::vector<std::string>& types, const Statement& row) {
  return std::find(types.begin(), types.end(), row.text_if("event_type").value_or("")) !=
         types.end();
}

/// Where the text `at` of a look begins, and before what it ends: local time is less than a day
/// away from UTC.
std::string first_text(const LookBehind& look) {
  return format_instant(look.from - std::chrono::days{1}).substr(0, 10);
}

void bind_place(Statement& rows, const LookBehind& look) {
  rows.bind(":row", look.row).bind(":upto", look.upto);
  if (look.by_row) return;
  if (const auto* number = std::get_if<double>(&look.at)) {
    rows.bind(":at", *number).bind(":before", "");
  } else {
    rows.bind(":at", std::get<std::string>(look.at)).bind_blob(":before", "");
  }
}

void move_to(LookBehind& look, const Statement& row) {
  look.row = row.integer("row");
  if (look.by_row) return;
  if (std::holds_alternative<double>(look.at)) {
    look.at = row.real_if("created_at").value_or(0);
  } else {
    look.at = row.text_if("created_at").value_or("");
  }
}

std::optional<KnownEvent> decided_event(const StoredDecision& decided) {
  const auto payload = parse_json(decided.payload.value_or(""));
  const json::value* snapshot = payload ? member(*payload, "decision_snapshot") : nullptr;
  const json::value* event = snapshot == nullptr ? nullptr : member(*snapshot, "event");
  if (event == nullptr) return std::nullopt;
  return KnownEvent{decided.task, std::string(string_member(*event, "event_type").value_or("")),
                    parse_instant(string_member(*event, "ts").value_or(""))};
}

/// A row's id may be used again once the row is deleted; then it is another row that has another
/// task or type, or was created later than what is known under the id. In doubt it is the same: it
/// must not be decided twice.
bool is_another(const Event& event, bool has_ts, const KnownEvent& known) {
  return event.task != known.task || to_utf8(event.type) != to_utf8(known.type) ||
         (has_ts && known.ts && event.ts > *known.ts);
}

}  // namespace

std::vector<Event> ReadView::rows_to_follow(FollowPosition& position,
                                            const std::vector<std::string>& types,
                                            std::size_t limit, Instant now) const {
  std::vector<Event> events;
  std::size_t looked_at = 0;
  std::size_t bytes = 0;
  Step found = Step::row;
  {
    Statement rows = connection_.statement(queries_of(position.table).above);
    rows.bind(":above", position.last_seen).bind(":limit", static_cast<std::int64_t>(limit));
    while (bytes < kMostBytesOfPage && (found = step(connection_, rows)) == Step::row) {
      ++looked_at;
      position.last_seen = rows.integer("row");
      if (!is_one_of(types, rows)) continue;
      auto event = event_to_follow(position.table, rows, now);
      if (!event) continue;
      bytes += event->payload.size();
      events.push_back(*std::move(event));
    }
  }
  if (looked_at == 0) {
    if (found == Step::damage) position.last_seen = past_damage(position.table, position.last_seen);
    return events;
  }
  if (position.shape.rows) *position.shape.rows += looked_at;
  position.shape.anchor = anchor(position.table, position.last_seen);
  return events;
}

/// Where rows can be read again: nothing is followed from a damaged page, and nothing waits for it.
RowId ReadView::past_damage(std::string_view table, RowId from) const {
  return (table == "task_audits" ? audits_above(from, 1) : events_above(from, 1)).next;
}

LookBehind ReadView::look_behind(std::string_view table, Instant from, RowId upto) const {
  for (const IndexDefinition& missing :
       connection_.schema().missing_indexes(connection_.database())) {
    if (missing.table == table && missing.columns.front() == "created_at")
      return look_by_row(from, upto);
  }
  return {.from = from, .upto = upto};
}

/// False where the look goes on elsewhere, or is done.
bool ReadView::next_behind(std::string_view table, Statement& rows, LookBehind& look) const {
  switch (step(connection_, rows)) {
    case Step::row:
      move_to(look, rows);
      return true;
    case Step::damage:
      if (look.by_row) {
        const RowId next = past_damage(table, look.row);
        look.done = next == look.row;
        look.row = next;
      } else {
        look = look_by_row(look.from, look.upto);
      }
      return false;
    case Step::end:
      break;
  }
  look.done = look.by_row || std::holds_alternative<std::string>(look.at);
  if (look.by_row) return false;
  look.at = first_text(look);
  look.row = 0;
  return false;
}

std::vector<Event> ReadView::rows_behind(std::string_view table, LookBehind& look,
                                         const std::vector<std::string>& types, std::size_t limit,
                                         Instant now) const {
  std::vector<Event> events;
  std::size_t bytes = 0;
  const Queries& queries = queries_of(table);
  Statement rows = connection_.statement(look.by_row ? queries.by_row : queries.by_time);
  bind_place(rows, look);
  for (std::size_t looked_at = 0; looked_at < limit && bytes < kMostBytesOfPage; ++looked_at) {
    if (!next_behind(table, rows, look)) break;
    const auto created_at = rows.instant_if("created_at");
    if (!created_at || *created_at < look.from) continue;
    Statement row = connection_.statement(queries.one);
    row.bind(":row", look.row);
    if (step(connection_, row) != Step::row || !is_one_of(types, row)) continue;
    bytes += row.text_if("payload").value_or("").size();
    if (auto event = event_to_follow(table, row, now)) events.push_back(*std::move(event));
  }
  return events;
}

std::optional<Event> ReadView::event_to_follow(std::string_view table, const Statement& row,
                                               Instant now) const {
  Event event;
  event.task = TaskId(row.text_if("task_id").value_or(""));
  event.type = row.text_if("event_type").value_or("");
  event.payload = row.text_if("payload").value_or("{}");
  event.source = EventSource::polling;
  const auto created_at = row.instant_if("created_at");
  event.ts = created_at.value_or(now);

  // The payload's own event_id, so that an event which arrives on both ways is decided once.
  const auto document = parse_json(event.payload);
  const auto own = document ? string_member(*document, "event_id") : std::nullopt;
  if (own && !own->empty()) {
    event.id = EventId(std::string(*own));
    if (knows_event(event.id)) return std::nullopt;
    return event;
  }
  const std::string name =
      "polling_" + std::string(table) + "_" + std::to_string(row.integer("row"));
  const std::string content = event.task.str() + '\n' + event.type + '\n' +
                              row.text_if("created_at").value_or("") + '\n' + event.payload;
  const EventId of_reused_row(name + "_" + sha256_hex(content).substr(0, 16));
  if (knows_event(of_reused_row)) return std::nullopt;
  event.id = EventId(name);
  const auto known = known_event(event.id);
  if (!known) return event;
  if (!is_another(event, created_at.has_value(), *known)) return std::nullopt;
  event.id = of_reused_row;
  return event;
}

bool ReadView::knows_event(const EventId& id) const {
  {
    Statement inbox = connection_.statement(sql::kKnowsEvent);
    if (inbox.bind(":event", id.str()).step()) return true;
  }
  return decision(decision_id_for(id)).has_value();
}

std::optional<KnownEvent> ReadView::known_event(const EventId& id) const {
  std::optional<KnownEvent> known;
  {
    Statement inbox = connection_.statement(sql::kInboxEvent);
    if (inbox.bind(":event", id.str()).step()) {
      known.emplace();
      known->task = TaskId(inbox.text_if("task_id").value_or(""));
      known->type = inbox.text_if("event_type").value_or("");
      known->ts = inbox.instant_if("received_at");
      if (const auto ts = inbox.integer_if("ts")) {
        known->ts = from_micros(*ts);
        return known;
      }
    }
  }
  const auto decided = decision(decision_id_for(id));
  auto event = decided ? decided_event(*decided) : std::nullopt;
  return event ? event : known;
}

std::optional<FollowPosition> ReadView::follow_position(std::string_view table) const {
  FollowPosition position;
  position.table = table;
  {
    Statement find = connection_.statement(sql::kFollowPosition);
    find.bind(":source", follow_source(table));
    if (!find.step()) return std::nullopt;
    position.last_seen = find.integer("last_seen_id");
  }
  const State state = read_state(connection_);
  const auto remembered = [&](std::string_view what) -> std::optional<std::int64_t> {
    const auto found = state.find(follow_key(table, what));
    return found == state.end() ? std::nullopt : std::optional(found->second);
  };
  const auto adopted_at = remembered("adopted_at");
  if (!adopted_at) return position;
  position.adopted_at = from_micros(*adopted_at);
  const std::int64_t rows = remembered("rows").value_or(-1);
  if (rows >= 0) position.shape.rows = static_cast<std::uint64_t>(rows);
  const std::int64_t anchor = remembered("anchor").value_or(0);
  if (anchor != 0) position.shape.anchor = anchor;
  position.settled = remembered("settled") == 1;
  return position;
}

RowId ReadView::last_row(std::string_view table) const {
  Statement last =
      connection_.statement(table == "task_audits" ? sql::kLastAuditRow : sql::kLastEventRow);
  return last.step() ? last.integer("row") : 0;
}

bool ReadView::has_table(std::string_view table) const {
  return connection_.schema().has_table(table);
}

}  // namespace replay::registry
