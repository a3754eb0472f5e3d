// What an operation is sent: its body, with the arguments in place of its parameters.
#include "compiler/sema/payload.h"

#include <algorithm>

#include "compiler/sema/schema_bounds.h"

namespace endcap::sema {

ExprPtr payload_of(Context& context, Scope& scope, uint32_t index, const std::vector<ExprPtr>& arguments,
                   Span span) {
  const OperationInfo& operation = context.operations[index];
  const bool given =
      std::ranges::none_of(arguments, [](const ExprPtr& argument) { return is_invalid(*argument); });
  if (!given || !operation.sound) return invalid(span);
  const auto substitute = [&](const Expr& expr) -> ExprPtr {
    const auto* local = std::get_if<LocalRef>(&expr.node);
    if (!local) return nullptr;
    const auto parameter = std::ranges::find(operation.parameters, local->local, &Parameter::local);
    if (parameter == operation.parameters.end()) return nullptr;
    return clone(*arguments[static_cast<size_t>(parameter - operation.parameters.begin())]);
  };
  std::map<LocalId, LocalId> renamed;  // variables of aggregates in the body
  const auto rename = [&](LocalId local) {
    const auto [there, fresh] = renamed.try_emplace(local, LocalId());
    if (fresh)
      there->second =
          scope.hidden(operation.locals[local.index].name, operation.locals[local.index].type, span);
    return there->second;
  };
  MakeRecord record;
  bool fits = true;
  for (const ExprPtr& field : operation.payload) {
    record.fields.push_back(clone(*field, substitute, rename));
    fits = check_sent(context, *record.fields.back()) && fits;
  }
  if (!fits) return invalid(span);
  return make_expr(span, context.program.abi.operations[index].payload, std::move(record));
}

}  // namespace endcap::sema
