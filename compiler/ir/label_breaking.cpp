// Comparison of exported labels: see label_breaking.h.
#include "compiler/ir/label_breaking.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/abi/parts.h"

namespace endcap::ir {
namespace {

using LabelKind = LabelFinding::Kind;
using From = std::map<std::string, abi::Parts>;

std::string named(const std::string& part, const std::string& whole) {
  if (part == abi::kItself) return whole;
  if (part == abi::kControl) return "who decides on " + whole;
  return fmt::format("`{}` of {}", part, whole);
}

// Whether the part was advice where `source` is: by itself, or with the record around it.
bool came_from(const From& from, const std::string& part, const std::string& source) {
  abi::Parts parts;
  for (const auto& [each, sources] : from) {
    if (abi::covers(sources, source)) abi::add_part(parts, each);
  }
  return abi::covers(parts, part);
}

void functions(const sema::FunctionLabels& before, const sema::FunctionLabels& after,
               std::vector<LabelFinding>& to) {
  for (const auto& [part, sources] : after.from) {
    for (const std::string& source : sources) {
      const std::string parameter = source.substr(0, source.find_first_of(".["));
      const bool known = std::ranges::find(before.parameters, parameter,
                                           &sema::FunctionLabels::Parameter::name) != before.parameters.end();
      if (known && !came_from(before.from, part, source))
        to.push_back({LabelKind::Function, after.name, named(part, "the result"), source, after.users});
    }
  }
}

using Labelled = sema::WorkflowLabels::Of;
void parts(LabelKind kind, const std::string& what, const std::vector<Labelled>& before,
           const std::vector<Labelled>& after, const sema::WorkflowLabels& of,
           std::vector<LabelFinding>& to) {
  for (const Labelled& now : after) {
    const auto then = std::ranges::find(before, now.name, &Labelled::name);
    if (then == before.end()) continue;
    for (const std::string& part : now.advised) {
      if (!abi::covers(then->advised, part))
        to.push_back({kind, of.name, named(part, what + " " + now.name), "", of.users});
    }
  }
}

}  // namespace

std::vector<LabelFinding> compare(const sema::ExportedLabels& before, const sema::ExportedLabels& after) {
  std::vector<LabelFinding> findings;
  for (const sema::FunctionLabels& now : after.functions) {
    const auto then = std::ranges::find(before.functions, now.name, &sema::FunctionLabels::name);
    if (then != before.functions.end()) functions(*then, now, findings);
  }
  for (const sema::WorkflowLabels& now : after.workflows) {
    const auto then = std::ranges::find(before.workflows, now.name, &sema::WorkflowLabels::name);
    if (then == before.workflows.end()) continue;
    if (now.control && !then->control) findings.push_back({LabelKind::Raised, now.name, "", "", now.users});
    parts(LabelKind::Told, "parameter", then->parameters, now.parameters, now, findings);
    parts(LabelKind::Outcome, "outcome", then->outcomes, now.outcomes, now, findings);
  }
  return findings;
}

std::string describe(const LabelFinding& finding) {
  switch (finding.kind) {
    case LabelKind::Function:
      return fmt::format("{} of {} counts as advice where `{}` does, and did not", finding.part,
                         finding.subject, finding.by);
    case LabelKind::Outcome:
    case LabelKind::Told:
      return fmt::format("{} of {} is advice, and was trusted", finding.part, finding.subject);
    case LabelKind::Raised:
      return fmt::format("advice raises {}, and did not", finding.subject);
  }
  return "";
}

std::string_view word(LabelKind kind) {
  switch (kind) {
    case LabelKind::Function:
      return "function label";
    case LabelKind::Outcome:
      return "outcome label";
    case LabelKind::Told:
      return "parameter label";
    case LabelKind::Raised:
      return "raised by advice";
  }
  return "";
}

}  // namespace endcap::ir
