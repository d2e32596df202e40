#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/sha256.h"
#include "policy/engine.h"
#include "policy/loader_condition.h"
#include "policy/loader_fields.h"
#include "policy/loader_yaml.h"
#include "policy/policy.h"

namespace replay::policy {
namespace {

constexpr std::size_t kLargestFile = 4U << 20U;
constexpr auto kSeverityNames = "LOW, MEDIUM, HIGH or CRITICAL";
constexpr auto kKindNames = "REDLINE, CONFLICT, RISK or RUNTIME";
constexpr auto kDecisionNames = "ALLOW, PAUSE, BLOCK or RETRY";

/// A name in one file that only makes sense if some file says something else; asked at the end.
struct Reference {
  Glob name;
  Diagnostic warning;
};

class Loader {
 public:
  Loader(Instant now, std::vector<Diagnostic>& diagnostics)
      : now_(now), diagnostics_(diagnostics) {}

  void add(const Source& source) {
    Reporter reporter(source.name, diagnostics_);
    const auto root = parse_yaml(source.text, reporter);
    if (!root) return;
    file_ = source.name;
    reporter_ = &reporter;
    const Fields fields(*root, "A policy file",
                        {"policy", "version", "rules", "allow", "decide", "retry"}, reporter);
    name_policy(fields);
    for_each_item(fields, "rules", &Loader::add_rule);
    for_each_item(fields, "allow", &Loader::add_exception);
    if (const YamlNode* decide = fields.optional("decide")) add_rows(*decide);
    if (const YamlNode* retry = fields.optional("retry")) add_retry(*retry);
  }

  std::unique_ptr<Policy> finish() {
    for (const Reference& rule : excepted_rules_) {
      warn_unless(rule, std::ranges::any_of(policy_->rules, [&](const Rule& known) {
                    return rule.name.matches(known.id);
                  }));
    }
    for (const Reference& type : looked_at_types_) {
      warn_unless(type, policy_->row_for(type.name.text()) != nullptr);
    }
    policy_->patterns.compile();
    return std::move(policy_);
  }

 private:
  void name_policy(const Fields& fields) {
    const auto name = fields.id("policy");
    const auto version = fields.id("version");
    if (!name || !version) return;
    if (!policy_->name.empty()) policy_->name += '+';
    policy_->name += *name + "@" + *version;
  }

  void for_each_item(const Fields& fields, std::string_view name,
                     void (Loader::*add_item)(const YamlNode&)) {
    const YamlNode* list = fields.optional(name);
    if (list == nullptr || list->kind == YamlNode::Kind::null) return;
    if (list->kind != YamlNode::Kind::sequence) {
      reporter_->error(*list,
                       "\"" + std::string(name) + R"(" is a list, each item begun with "- id:".)");
      return;
    }
    for (const YamlNode& item : list->items) (this->*add_item)(item);
  }

  void add_rule(const YamlNode& node) {
    const Fields fields(node, "A rule", {"id", "on", "when", "finding"}, *reporter_);
    Rule rule;
    rule.id = unique_id(fields, node);
    for (const std::string& type : fields.texts("on")) {
      rule.on.emplace_back(type);
      if (type.starts_with(kSupervisorPrefix)) {
        reporter_->warning(*node.find("on"),
                           "Events called SUPERVISOR_… are decisions, and are not decided: nothing "
                           "asks this rule about \"" +
                               type + "\".");
        continue;
      }
      if (!rule.on.back().is_exact()) continue;
      looked_at_types_.push_back(
          {rule.on.back(),
           warning(*node.find("on"),
                   "Nothing under decide is about " + type +
                       ": this rule's finding is recorded and the event allowed. Add a row \"" +
                       type + ": {…}\" there, if it should count.")});
    }
    if (const YamlNode* when = fields.optional("when")) {
      RulePatterns patterns{policy_->patterns, {}};
      rule.when = load_condition(*when, &patterns, *reporter_);
      rule.groups = std::move(patterns.groups);
    }
    if (const YamlNode* finding = fields.required("finding")) set_finding(*finding, rule);
    policy_->rules.push_back(std::move(rule));
  }

  void set_finding(const YamlNode& node, Rule& rule) {
    const Fields fields(node, "A finding", {"kind", "severity", "message"}, *reporter_);
    rule.kind = named(fields, "kind", parse_finding_kind, kKindNames).value_or(rule.kind);
    rule.severity =
        named(fields, "severity", parse_severity, kSeverityNames).value_or(rule.severity);
    rule.message = fields.text("message").value_or("");
  }

  void add_exception(const YamlNode& node) {
    const Fields fields(node, "An exception", {"id", "rules", "when", "reason", "expires"},
                        *reporter_);
    Exception exception;
    exception.id = unique_id(fields, node);
    for (const std::string& rule : fields.texts("rules")) {
      exception.rules.emplace_back(rule);
      excepted_rules_.push_back(
          {exception.rules.back(),
           warning(*node.find("rules"),
                   "No rule is called \"" + rule + "\": this exception covers nothing.")});
    }
    if (const YamlNode* when = fields.optional("when")) {
      exception.when = load_condition(*when, nullptr, *reporter_);
    }
    exception.reason = fields.text("reason").value_or("");
    if (const YamlNode* expires = fields.optional("expires")) set_expiry(*expires, exception);
    policy_->allowlist.add(std::move(exception));
  }

  void set_expiry(const YamlNode& node, Exception& exception) {
    exception.expires = parse_instant(node.text);
    if (!exception.expires) {
      reporter_->error(
          node, "\"expires\" is a time like 2027-01-01T00:00:00Z, not " + describe(node) + ".");
    } else if (*exception.expires <= now_) {
      reporter_->warning(node, "This exception has expired: remove it, or give it a later time.");
    }
  }

  void add_rows(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::map) {
      reporter_->error(node,
                       "\"decide\" is a map from event types to decisions, like "
                       "TASK_CREATED: {CRITICAL: BLOCK, …, NONE: ALLOW}.");
      return;
    }
    for (const YamlMember& member : node.members) {
      if (member.name.starts_with(kSupervisorPrefix)) {
        reporter_->warning(member,
                           "Events called SUPERVISOR_… are decisions, and are not decided: "
                           "nothing uses this row.");
      }
      const Fields fields(member.value, "A row of decide",
                          {"CRITICAL", "HIGH", "MEDIUM", "LOW", "NONE"}, *reporter_);
      const auto decision = [&](std::string_view severity) {
        return named(fields, severity, parse_decision_type, kDecisionNames)
            .value_or(DecisionType::block);
      };
      policy_->rows.push_back({.event_type = Glob(member.name),
                               .none = decision("NONE"),
                               .by_severity = {decision("LOW"), decision("MEDIUM"),
                                               decision("HIGH"), decision("CRITICAL")}});
    }
  }

  void add_retry(const YamlNode& node) {
    const Fields fields(
        node, "\"retry\"",
        {"max_retries", "permanent_types", "temporary_types", "permanent_words", "temporary_words"},
        *reporter_);
    RetryRules& retry = policy_->retry;
    if (const YamlNode* most = fields.optional("max_retries")) {
      retry.max_retries = count_of(*most, "\"max_retries\"", *reporter_).value_or(0);
    }
    for (const auto& [name, list] : {std::pair{"permanent_types", &retry.permanent_types},
                                     {"temporary_types", &retry.temporary_types},
                                     {"permanent_words", &retry.permanent_words},
                                     {"temporary_words", &retry.temporary_words}}) {
      if (fields.optional(name) != nullptr) *list = fields.texts(name);
    }
  }

  std::string unique_id(const Fields& fields, const YamlNode& node) {
    auto id = fields.id("id");
    if (!id) return {};
    if (!ids_.insert(*id).second) {
      reporter_->error(*node.find("id"), "The id \"" + *id + "\" is taken; give this one another.");
    }
    return *std::move(id);
  }

  template <class Value>
  std::optional<Value> named(const Fields& fields, std::string_view field,
                             std::optional<Value> (*parse)(std::string_view), const char* names) {
    const auto text = fields.text(field);
    if (!text) return std::nullopt;
    const auto value = parse(*text);
    if (!value) {
      reporter_->error(*fields.optional(field), "\"" + *text + "\" is none of " + names + ".");
    }
    return value;
  }

  Diagnostic warning(const YamlNode& place, std::string message) const {
    return {Diagnostic::Level::warning, file_, place.line, place.column, std::move(message)};
  }

  void warn_unless(const Reference& reference, bool makes_sense) {
    if (!makes_sense) diagnostics_.push_back(reference.warning);
  }

  Instant now_;
  std::vector<Diagnostic>& diagnostics_;
  std::unique_ptr<Policy> policy_ = std::make_unique<Policy>();
  std::set<std::string> ids_;
  std::vector<Reference> excepted_rules_;
  std::vector<Reference> looked_at_types_;
  std::string file_;
  Reporter* reporter_ = nullptr;
};

/// As a person reads the files: in their order, from top to bottom.
void sort(std::vector<Diagnostic>& diagnostics, const std::vector<Source>& sources) {
  const auto place = [&](const Diagnostic& diagnostic) {
    const auto file = std::ranges::find(sources, diagnostic.file, &Source::name);
    return std::tuple(file - sources.begin(), diagnostic.line, diagnostic.column,
                      std::string_view(diagnostic.message));
  };
  std::ranges::sort(diagnostics, {}, place);
}

std::string sha256_of(const std::vector<Source>& sources) {
  std::string bytes;
  for (const Source& source : sources) bytes += source.text;
  return sha256_hex(bytes);
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  const std::string level = diagnostic.level == Diagnostic::Level::error ? "error" : "warning";
  return diagnostic.file + ":" + std::to_string(diagnostic.line) + ":" +
         std::to_string(diagnostic.column) + ": " + level + ": " + diagnostic.message;
}

LoadResult load_sources(const std::vector<Source>& sources, Instant now) {
  LoadResult result;
  Loader loader(now, result.diagnostics);
  for (const Source& source : sources) loader.add(source);
  auto policy = loader.finish();
  policy->sha256 = sha256_of(sources);
  sort(result.diagnostics, sources);
  const bool failed = std::ranges::any_of(result.diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.level == Diagnostic::Level::error;
  });
  if (!failed) result.engine = std::make_unique<Engine>(std::move(policy));
  return result;
}

LoadResult load(const std::vector<std::filesystem::path>& files, Instant now) {
  std::vector<Source> sources;
  sources.reserve(files.size());
  for (const std::filesystem::path& file : files) {
    sources.push_back({file.string(), read_file(file, kLargestFile)});
  }
  return load_sources(sources, now);
}

}  // namespace replay::policy
