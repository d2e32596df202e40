#pragma once

#include <string>
#include <vector>

namespace replay::testing {

class ForeignWriter;

struct HostileIds {
  std::vector<std::string> tasks;
  std::vector<std::string> decisions;
};

/// Everything that other writers may put into a registry and nobody expects, into every table:
/// texts that are no JSON or JSON of the wrong shape, megabytes, NUL, bytes that are no UTF-8,
/// numbers and blobs for texts, ids made of delimiters, timestamps of every form and none. The
/// inbox rows are pending, and audits and events of followed types among the rest. `batch` keeps
/// several calls' ids apart.
HostileIds add_hostile_rows(ForeignWriter& registry, const std::string& batch);

}  // namespace replay::testing
