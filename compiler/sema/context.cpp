// Small services of the analysis.
#include "compiler/sema/context.h"

#include <fmt/format.h>

#include <algorithm>

namespace endcap::sema {

std::string Context::policy_names(const std::vector<PolicyId>& policies_named) const {
  std::vector<std::string> names;
  for (const PolicyId each : policies_named) names.push_back(program.policies[each.index].name);
  std::ranges::sort(names);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<uint32_t> Context::view_of(TypeId record) const {
  for (size_t i = 0; i < views.size(); ++i) {
    if (views[i].record == record) return static_cast<uint32_t>(i);
  }
  return std::nullopt;
}

std::optional<uint32_t> Context::entity_in(TypeId type) const {
  if (type == abi::kNoType) return std::nullopt;
  if (const auto view = view_of(type)) return view;
  const abi::Type& described = types[type];
  if (described.element != abi::kNoType) return entity_in(described.element);
  for (const abi::Field& field : described.fields) {
    if (const auto view = entity_in(field.type)) return view;
  }
  return std::nullopt;
}

Diagnostic& with_suggestion(Diagnostic& diagnostic, Span span, std::string_view wrong,
                            const std::vector<std::string>& candidates) {
  if (const auto nearest = did_you_mean(wrong, candidates)) {
    diagnostic.note("did you mean " + in_backticks(*nearest) + "?");
    diagnostic.suggest({span, *nearest, "write " + in_backticks(*nearest), false});
  }
  return diagnostic;
}

std::string in_backticks(std::string_view name) { return "`" + std::string(name) + "`"; }

}  // namespace endcap::sema
