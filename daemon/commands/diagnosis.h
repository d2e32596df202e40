#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/stats.h"

namespace replay::commands {

/// Everything doctor looks at.
struct Condition {
  std::filesystem::path registry;
  Integrity integrity;
  InboxCounts inbox;
  std::vector<FlawedRow> flawed_rows;  ///< the first ones
  bool was_in_wal_mode = true;         ///< before we opened it
  std::uint64_t wal_bytes = 0;
  std::uint64_t database_bytes = 0;
  std::string damage;  ///< what a query that met a damaged page said; the rest is as far as it came
};

/// Something wrong: what it is, what it means, and the command that mends it.
struct Finding {
  std::string code;  ///< "missing_indexes", for scripts
  std::string what;
  std::string meaning;
  std::string remedy;
};

/// For how long, about, the creation of one index keeps other writers waiting.
[[nodiscard]] std::chrono::seconds index_wait(std::uint64_t database_bytes);

/// Most urgent first. Pure.
[[nodiscard]] std::vector<Finding> diagnose(const Condition& condition);

/// Whether the file says in its header (bytes 18 and 19) that it is in WAL mode; true for a file
/// too short to say. Source: https://www.sqlite.org/fileformat2.html, section 1.3.3.
[[nodiscard]] bool in_wal_mode(const std::filesystem::path& registry);

}  // namespace replay::commands
