// Small services of the analysis.
#include "compiler/sema/context.h"

namespace endcap::sema {

std::optional<uint32_t> Context::view_of(TypeId record) const {
  for (size_t i = 0; i < views.size(); ++i) {
    if (views[i].record == record) return static_cast<uint32_t>(i);
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
