// From a condition over `it` to a least and a greatest value.
#include "compiler/sema/refinements.h"

#include <algorithm>
#include <array>

#include "compiler/sema/expressions.h"

namespace endcap::sema {
namespace {

constexpr std::array kRefinable{Kind::Int, Kind::Decimal, Kind::Percent, Kind::Money, Kind::Quantity};

class BoundsReader {
 public:
  BoundsReader(LocalId it, const abi::Type& base) : it_(it), least(base.least), most(base.most) {}

  // The part of the condition that states no bound; null when all of it does.
  const Expr* read(const Expr& condition) {
    const auto* operation = std::get_if<Operation>(&condition.node);
    if (!operation || operation->operands.size() != 2) return &condition;
    if (operation->op == Operator::And) {
      const Expr* left = read(*operation->operands[0]);
      return left ? left : read(*operation->operands[1]);
    }
    for (const bool turned : {false, true}) {
      const auto* local = std::get_if<LocalRef>(&operation->operands[turned ? 1 : 0]->node);
      const auto* value = std::get_if<Literal>(&operation->operands[turned ? 0 : 1]->node);
      if (local && local->local == it_ && value)
        return state(operation->op, value->cell.bits, turned) ? nullptr : &condition;
    }
    return &condition;
  }

 private:
  // `it OP value`, or the other way round.
  bool state(Operator op, Int128 value, bool turned) {
    switch (op) {
      case Operator::Equal:
        at_least(value);
        at_most(value);
        return true;
      case Operator::Less:
        turned ? at_least(value + 1) : at_most(value - 1);
        return true;
      case Operator::LessEqual:
        turned ? at_least(value) : at_most(value);
        return true;
      case Operator::Greater:
        turned ? at_most(value - 1) : at_least(value + 1);
        return true;
      case Operator::GreaterEqual:
        turned ? at_most(value) : at_least(value);
        return true;
      default:
        return false;
    }
  }
  void at_least(Int128 value) { least = least ? std::max(*least, value) : value; }
  void at_most(Int128 value) { most = most ? std::min(*most, value) : value; }

  LocalId it_;

 public:
  std::optional<Int128> least, most;
};

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
  BoundsReader bounds(it, described);
  if (const Expr* other = bounds.read(*condition)) {
    context.emit(DiagnosticKind::RefinementForm, other->span)
        .note("a bound compares `it` with a number that is written, as in `0% <= it <= 100%`");
    return abi::kNoType;
  }
  if (bounds.least && bounds.most && *bounds.least > *bounds.most) {
    context.emit(DiagnosticKind::RefinementEmpty, alias.where->span, {alias.name.text});
    return abi::kNoType;
  }
  return context.types.refined(context.types.base(base), alias.name.text, bounds.least, bounds.most);
}

}  // namespace endcap::sema
