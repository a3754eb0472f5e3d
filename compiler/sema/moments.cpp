// Days, times of day and moments: a Date becomes an Instant only with a time and a zone.
#include <fmt/format.h>

#include "compiler/base/units.h"
#include "compiler/sema/expressions.h"
#include "runtime/value/time.h"

namespace endcap::sema {

ExprPtr Expressions::of(const Tree& tree, const ast::MomentExpr& node, TypeId) {
  ExprPtr date = check(node.date, context_.types.simple(Kind::Date));
  ExprPtr time = check(node.time, context_.types.simple(Kind::Time));
  if (!node.zone) {
    context_.emit(DiagnosticKind::ZoneMissing, tree.span)
        .note("add `zone \"Australia/Sydney\"`, or the zone of a store: `zone store.timeZone`");
    return invalid(tree.span);
  }
  ExprPtr zone = check(node.zone, context_.types.simple(Kind::Zone));
  if (is_invalid(*date) || is_invalid(*time) || is_invalid(*zone)) return invalid(tree.span);
  Operation operation{.op = Operator::InstantAt};
  operation.operands.push_back(std::move(date));
  operation.operands.push_back(std::move(time));
  operation.operands.push_back(std::move(zone));
  return make_expr(tree.span, context_.types.simple(Kind::Instant), std::move(operation));
}

// Whole days of `2 days` or of an Int; null when it is neither.
ExprPtr Expressions::days_of(const ast::ExprPtr& tree) {
  ExprPtr value = check(tree);
  if (is_invalid(*value) || context_.types.is(value->type, Kind::Int)) return value;
  const auto* literal = std::get_if<Literal>(&value->node);
  if (context_.types.is(value->type, Kind::Duration) && literal && literal->cell.bits % kDay == 0)
    return make_expr(value->span, context_.types.int_type(), Literal{{literal->cell.bits / kDay}});
  return nullptr;
}

ExprPtr Expressions::date_sum(const Tree& tree, const ast::BinaryExpr& node, ExprPtr date) {
  const bool add = node.op == ast::BinaryOp::Add;
  ExprPtr right = check(node.right);
  if (is_invalid(*right) || unanswered(*right)) return invalid(tree.span);
  // The days between are counted from the earlier one, which stands on the right.
  if (!add && context_.types.is(right->type, Kind::Date))
    return make_operation(tree.span, context_.types.int_type(), Operator::DaysBetween, std::move(right),
                          std::move(date));
  const auto* literal = std::get_if<Literal>(&right->node);
  if (context_.types.is(right->type, Kind::Duration) && literal && literal->cell.bits % kDay == 0)
    right = make_expr(right->span, context_.types.int_type(), Literal{{literal->cell.bits / kDay}});
  if (context_.types.is(right->type, Kind::Int))
    return make_operation(tree.span, context_.types.simple(Kind::Date),
                          add ? Operator::AddDays : Operator::SubtractDays, std::move(date),
                          std::move(right));
  context_
      .emit(DiagnosticKind::NoSuchOperation, tree.span,
            {"Date", add ? "+" : "-", context_.type_name(right->type)})
      .note(
          "whole days can be added to a Date: `+ 2 days`; for hours it needs a time and a zone: `at 06:00 "
          "zone ...`");
  return invalid(tree.span);
}

// `2 days before promo.launch`, `4 business hours after MOMENT`
ExprPtr Expressions::of(const Tree& tree, const ast::RelativeExpr& node, TypeId) {
  ExprPtr anchor = check(node.anchor);
  if (is_invalid(*anchor) || unanswered(*anchor)) return invalid(tree.span);
  const Kind kind = context_.types.kind(anchor->type);
  if (kind == Kind::Date) {
    ExprPtr days = days_of(node.duration);
    if (!days) {
      context_.emit(DiagnosticKind::DateNeedsTime, anchor->span)
          .note("only whole days count from a Date; say `at 06:00 zone ...` to make it a moment");
      return invalid(tree.span);
    }
    if (is_invalid(*days)) return invalid(tree.span);
    const TypeId date = anchor->type;
    return make_operation(tree.span, date, node.before ? Operator::SubtractDays : Operator::AddDays,
                          std::move(anchor), std::move(days));
  }
  ExprPtr length = duration(node.duration);
  if (is_invalid(*length)) return invalid(tree.span);
  if (kind != Kind::Instant) {
    context_.emit(DiagnosticKind::TypeMismatch, anchor->span,
                  {"a Date or an Instant", context_.type_name(anchor->type)});
    return invalid(tree.span);
  }
  const TypeId instant = anchor->type;
  if (context_.types.is(length->type, Kind::Duration))
    return make_operation(tree.span, instant,
                          node.before ? Operator::SubtractDuration : Operator::AddDuration, std::move(anchor),
                          std::move(length));
  ExprPtr result =
      make_operation(tree.span, instant, node.before ? Operator::BusinessBefore : Operator::BusinessAfter,
                     std::move(length), std::move(anchor));
  std::get<Operation>(result->node).calendar = context_.modules[module_].calendar.value_or(0);
  return result;
}

// `business day on or after promo.launch`
ExprPtr Expressions::of(const Tree& tree, const ast::BusinessDayExpr& node, TypeId) {
  ExprPtr date = check(node.date);
  if (is_invalid(*date) || unanswered(*date) || !has_calendar(tree.span)) return invalid(tree.span);
  if (!context_.types.is(date->type, Kind::Date)) {
    context_.emit(DiagnosticKind::TypeMismatch, date->span, {"a Date", context_.type_name(date->type)});
    return invalid(tree.span);
  }
  const TypeId type = date->type;
  ExprPtr result = make_operation(tree.span, type, Operator::BusinessDay, std::move(date));
  auto& operation = std::get<Operation>(result->node);
  operation.calendar = context_.modules[module_].calendar.value_or(0);
  operation.convention = node.convention;
  return result;
}

}  // namespace endcap::sema
