// From a condition over `it` to a least and a greatest value.
#include "compiler/sema/refinements.h"

#include <algorithm>
#include <array>

#include "compiler/sema/expressions.h"

namespace endcap::sema {
namespace {

constexpr std::array kRefinable{Kind::Int,      Kind::Decimal, Kind::Percent, Kind::Money,
                                Kind::Quantity, Kind::Date,    Kind::Time,    Kind::Duration};

struct Bounds {
  std::optional<Int128> least, most;

  void at_least(Int128 value) { least = least ? std::max(*least, value) : value; }
  void at_most(Int128 value) { most = most ? std::min(*most, value) : value; }

  // `it OP value`, or `value OP it` when turned. False: that states no bound.
  bool state(Operator op, Int128 value, bool turned) {
    const bool strict = op == Operator::Less || op == Operator::Greater;
    const bool below = op == Operator::Less || op == Operator::LessEqual;
    if (op == Operator::NotEqual) return false;
    if (op == Operator::Equal) {
      at_least(value);
      at_most(value);
    } else if (below != turned) {
      if (strict && __builtin_sub_overflow(value, 1, &value)) return false;
      at_most(value);
    } else {
      if (strict && __builtin_add_overflow(value, 1, &value)) return false;
      at_least(value);
    }
    return true;
  }
};

bool compares(Operator op) { return op >= Operator::Equal && op <= Operator::GreaterEqual; }

// Takes what the condition says of `it`; gives the part of it that states no bound, or null.
const Expr* read_bounds(const Expr& condition, LocalId it, Bounds& bounds) {
  const auto* operation = std::get_if<Operation>(&condition.node);
  if (operation && operation->op == Operator::And) {
    const Expr* left = read_bounds(*operation->operands[0], it, bounds);
    return left ? left : read_bounds(*operation->operands[1], it, bounds);
  }
  if (!operation || !compares(operation->op)) return &condition;
  for (const bool turned : {false, true}) {
    const auto* local = std::get_if<LocalRef>(&operation->operands[turned ? 1 : 0]->node);
    const auto* value = std::get_if<Literal>(&operation->operands[turned ? 0 : 1]->node);
    if (local && local->local == it && value && bounds.state(operation->op, value->cell.bits, turned))
      return nullptr;
  }
  return &condition;
}

}  // namespace

TypeId refine(Context& context, uint32_t module, const ast::TypeDecl& alias, TypeId base) {
  if (base == abi::kNoType) return base;
  if (std::ranges::find(kRefinable, context.types.kind(base)) == kRefinable.end()) {
    context.emit(DiagnosticKind::NotRefinable, alias.where->span, {context.type_name(base)});
    return abi::kNoType;
  }
  const abi::Type described = context.types[base];
  std::vector<Local> locals;
  Scope scope(context, locals);
  const LocalId it = scope.declare({"it", alias.where->span}, context.types.base(base));
  const ExprPtr condition = Expressions(context, module, scope).condition(alias.where);
  if (is_invalid(*condition)) return abi::kNoType;
  Bounds bounds{described.least, described.most};
  if (const Expr* other = read_bounds(*condition, it, bounds)) {
    context.emit(DiagnosticKind::RefinementForm, other->span)
        .note("a bound compares `it` with a value that is written, as in `0% <= it <= 100%`");
    return abi::kNoType;
  }
  if (bounds.least && bounds.most && *bounds.least > *bounds.most) {
    context.emit(DiagnosticKind::RefinementEmpty, alias.where->span, {alias.name.text});
    return abi::kNoType;
  }
  return context.types.refined(context.types.base(base), alias.name.text, bounds.least, bounds.most);
}

}  // namespace endcap::sema
