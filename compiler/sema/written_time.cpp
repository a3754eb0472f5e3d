#include "compiler/sema/written_time.h"

#include "compiler/sema/expressions.h"

namespace endcap::sema {

std::optional<Duration> written_time(Context& context, uint32_t module, const ast::ExprPtr& tree,
                                     const std::string& what, Duration most) {
  std::vector<Local> none;
  Scope scope(context, none);
  const ExprPtr value =
      Expressions(context, module, scope).duration(tree, true);  // business time is told here
  if (is_invalid(*value)) return std::nullopt;
  const auto* literal = std::get_if<Literal>(&value->node);
  if (literal && context.types.is(value->type, Kind::Duration) && literal->cell.bits > 0 &&
      literal->cell.bits <= most)
    return static_cast<Duration>(literal->cell.bits);
  const bool bounded = most < std::numeric_limits<Duration>::max();
  auto& diagnostic =
      context.emit(DiagnosticKind::AdvisorTime, tree->span,
                   {what, bounded ? "from 1 s to " + duration_to_text(most) : "more than nothing"});
  if (context.types.is(value->type, Kind::BusinessDuration))
    diagnostic.note(
        "business time is more on some days than on others: write time that passes, as in `4 hours`");
  return std::nullopt;
}

}  // namespace endcap::sema
