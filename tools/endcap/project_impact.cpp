// Checks a project twice, against the old file and against the new one, and asks its uses in between.
#include "tools/endcap/project_impact.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/standard_modules.h"
#include "compiler/syntax/parser.h"
#include "tools/endcap/commands.h"

namespace endcap::command {
namespace {

bool about_the_lock(DiagnosticKind kind) {
  return kind == DiagnosticKind::LockMissing || kind == DiagnosticKind::LockIncomplete ||
         kind == DiagnosticKind::LockDifferent || kind == DiagnosticKind::LockStale;
}

bool shares_namespace(const schema::Schema& one, const schema::Schema& other) {
  return std::ranges::any_of(one.namespaces, [&](const std::string& name) {
    return std::ranges::find(other.namespaces, name) != other.namespaces.end();
  });
}

// Indices of the systems whose schema it is.
std::vector<size_t> systems_of(const Project& project, const SchemaPair& pair) {
  std::vector<size_t> by_hash, by_namespace;
  for (size_t i = 0; i < project.systems.size(); ++i) {
    const auto& schema = project.systems[i].schema;
    if (!schema) continue;
    if (schema->hash == pair.before->hash || schema->hash == pair.after->hash) by_hash.push_back(i);
    if (shares_namespace(*schema, *pair.before)) by_namespace.push_back(i);
  }
  return by_hash.empty() ? by_namespace : by_hash;
}

class ImpactFinder {
 public:
  ImpactFinder(const std::filesystem::path& folder, SchemaPair& pair, const Outputs& outputs)
      : folder_(folder), pair_(pair), outputs_(outputs) {}

  std::expected<std::optional<ProjectImpact>, Refused> run(const std::vector<schema::Change>& changes) {
    Diagnostics read;
    project_ = load_project(folder_, pair_.sources, read);
    systems_ = systems_of(project_, pair_);
    if (systems_.empty()) return refuse_unless_readable(read);
    for (SourceId source : project_.sources) modules_.push_back(parse(pair_.sources, source, read));
    add_standard_modules(modules_, pair_.sources, read);
    std::vector<Diagnostic> mistakes;
    for (const Diagnostic& one : read.sorted(pair_.sources)) {
      if (info(one.kind).severity == Severity::Error && !about_the_lock(one.kind)) mistakes.push_back(one);
    }
    if (!mistakes.empty()) return refuse("has errors", mistakes);

    Diagnostics old_findings, new_findings;
    sema::Program program = check_against(*pair_.before, old_findings);
    if (old_findings.has_errors())
      return refuse("does not fit the old file", old_findings.sorted(pair_.sources));
    ProjectImpact impact;
    impact.project = project_.name;
    for (size_t system : systems_) impact.systems.push_back(project_.systems[system].name);
    impact.uses = sema::schema_uses(modules_, program);
    std::erase_if(impact.uses, [&](const sema::SchemaUse& use) {
      return std::ranges::find(impact.systems, use.system) == impact.systems.end();
    });
    for (const schema::Change& change : changes)
      impact.touched.push_back(sema::touched_uses(change, *pair_.before, impact.uses, program.abi.types));
    check_against(*pair_.after, new_findings);
    impact.findings = only_new(old_findings, new_findings);
    return impact;
  }

 private:
  std::expected<std::optional<ProjectImpact>, Refused> refuse(std::string_view why,
                                                              const std::vector<Diagnostic>& findings) {
    if (!outputs_.write(say_findings(findings, pair_.sources, folder_)))
      return std::unexpected(Refused{kInternal, ""});
    return std::unexpected(
        Refused{kFindings, fmt::format("The project {} {}: {}.", folder_.string(), why, summary(findings))});
  }

  // Without a system of that schema; a project that can't be read at all has none, and says why.
  std::expected<std::optional<ProjectImpact>, Refused> refuse_unless_readable(const Diagnostics& read) {
    const bool unread =
        std::ranges::any_of(project_.systems, [](const auto& system) { return !system.schema; });
    if (read.has_errors() && (project_.systems.empty() || unread))
      return refuse("can't be read", read.sorted(pair_.sources));
    return std::nullopt;
  }

  sema::Program check_against(const schema::Schema& schema, Diagnostics& diagnostics) {
    for (size_t system : systems_) project_.systems[system].schema = schema;
    return check(project_, modules_, pair_.sources, diagnostics);
  }

  std::vector<Diagnostic> only_new(const Diagnostics& old_findings, const Diagnostics& new_findings) {
    std::vector<Diagnostic> result;
    for (const Diagnostic& finding : new_findings.sorted(pair_.sources)) {
      const bool known = std::ranges::any_of(old_findings.all(), [&](const Diagnostic& one) {
        return one.kind == finding.kind && one.span == finding.span;
      });
      if (!known) result.push_back(finding);
    }
    return result;
  }

  std::filesystem::path folder_;
  SchemaPair& pair_;
  const Outputs& outputs_;
  Project project_;
  std::vector<ast::Module> modules_;
  std::vector<size_t> systems_;
};

}  // namespace

bool ProjectImpact::breaks() const {
  const bool touched_badly = std::ranges::any_of(touched, [](const auto& of_change) {
    return std::ranges::any_of(of_change,
                               [](const auto& one) { return one.impact == schema::Impact::Breaking; });
  });
  return touched_badly || std::ranges::any_of(findings, [](const Diagnostic& finding) {
           return info(finding.kind).severity == Severity::Error;
         });
}

std::expected<std::optional<ProjectImpact>, Refused> project_impact(
    const std::filesystem::path& folder, SchemaPair& pair, const std::vector<schema::Change>& changes,
    const Outputs& outputs) {
  return ImpactFinder(folder, pair, outputs).run(changes);
}

}  // namespace endcap::command
