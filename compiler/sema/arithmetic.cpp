// Arithmetic: exact, of like with like. What would need a rounding says so.
#include <fmt/format.h>

#include "compiler/sema/expressions.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {
namespace {

const char* sign(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::Add:
      return "+";
    case ast::BinaryOp::Subtract:
      return "-";
    case ast::BinaryOp::Multiply:
      return "*";
    case ast::BinaryOp::Divide:
      return "/";
    case ast::BinaryOp::And:
      return "and";
    case ast::BinaryOp::Or:
      return "or";
  }
  return "?";
}

// Pure numbers, which scale an amount.
bool is_factor(Kind kind) { return kind == Kind::Int || kind == Kind::Decimal; }
bool is_proportion(Kind kind) { return kind == Kind::Ratio || kind == Kind::Percent; }

}  // namespace

ExprPtr Expressions::of(const Tree& tree, const ast::UnaryExpr& node, TypeId hint) {
  if (node.op == ast::UnaryOp::Not)
    return make_operation(tree.span, context_.types.bool_type(), Operator::Not, condition(node.operand));
  ExprPtr operand = infer(node.operand, hint);
  if (is_invalid(*operand) || unanswered(*operand)) return invalid(tree.span);
  if (auto* literal = std::get_if<Literal>(&operand->node);
      literal && is_scaled(context_.types.kind(operand->type))) {
    literal->cell.bits = -literal->cell.bits;
    operand->span = tree.span;
    return operand;
  }
  if (auto* ratio = std::get_if<RatioLiteral>(&operand->node)) {
    ratio->numerator = -ratio->numerator;
    operand->span = tree.span;
    return operand;
  }
  const Kind kind = context_.types.kind(operand->type);
  const TypeId type = operand->type;
  if (kind == Kind::Ratio)
    return make_operation(tree.span, type, Operator::RatioSubtract,
                          make_expr(tree.span, type, RatioLiteral{0, 1}), std::move(operand));
  if (is_scaled(kind)) return make_operation(tree.span, type, Operator::Negate, std::move(operand));
  context_.emit(DiagnosticKind::TypeMismatch, operand->span, {"a number", context_.type_name(type)});
  return invalid(tree.span);
}

ExprPtr Expressions::of(const Tree& tree, const ast::BinaryExpr& node, TypeId hint) {
  switch (node.op) {
    case ast::BinaryOp::And:
    case ast::BinaryOp::Or:
      return logical(tree, node);
    case ast::BinaryOp::Add:
    case ast::BinaryOp::Subtract:
      return sum(tree, node, hint);
    case ast::BinaryOp::Multiply:
      return product(tree, node, hint);
    case ast::BinaryOp::Divide:
      return quotient(tree, node);
  }
  return invalid(tree.span);
}

ExprPtr Expressions::logical(const Tree& tree, const ast::BinaryExpr& node) {
  ExprPtr left = condition(node.left), right = condition(node.right);
  if (is_invalid(*left) || is_invalid(*right)) return invalid(tree.span);
  return make_operation(tree.span, context_.types.bool_type(),
                        node.op == ast::BinaryOp::And ? Operator::And : Operator::Or, std::move(left),
                        std::move(right));
}

ExprPtr Expressions::no_such_operation(const Tree& tree, const ast::BinaryExpr& node, const Expr& left,
                                       const Expr& right) {
  const abi::Type &a = context_.types[left.type], &b = context_.types[right.type];
  if (a.kind == Kind::Money && b.kind == Kind::Money && a.name != b.name) {
    context_
        .emit(DiagnosticKind::CurrencyMismatch, tree.span,
              {context_.type_name(left.type), context_.type_name(right.type)})
        .note("an exchange needs a rate: multiply by it and `round`");
  } else if (a.kind == Kind::Quantity && b.kind == Kind::Quantity && a.name != b.name) {
    context_.emit(DiagnosticKind::UnitMismatch, tree.span,
                  {context_.type_name(left.type), context_.type_name(right.type)});
  } else {
    context_.emit(DiagnosticKind::NoSuchOperation, tree.span,
                  {context_.type_name(left.type), sign(node.op), context_.type_name(right.type)});
  }
  return invalid(tree.span);
}

// ---------------------------------------------------------------- bringing two sides together

ExprPtr Expressions::to_ratio(ExprPtr value) {
  if (context_.types.is(value->type, Kind::Ratio)) return value;
  const Span span = value->span;
  return make_operation(span, context_.types.simple(Kind::Ratio), Operator::ToRatio, std::move(value));
}

ExprPtr Expressions::rescale(ExprPtr value, TypeId type) {
  if (value->type == type) return value;
  const uint8_t from = context_.types[value->type].scale, to = context_.types[type].scale;
  if (auto* literal = std::get_if<Literal>(&value->node)) {
    if (const auto units = decimal_rescale_exact(literal->cell.bits, from, to)) {
      literal->cell.bits = *units;
      value->type = type;
      return value;
    }
  }
  if (from == to && context_.types.kind(value->type) == context_.types.kind(type)) {
    value->type = type;
    return value;
  }
  const Span span = value->span;
  return make_operation(span, type, Operator::Rescale, std::move(value));
}

bool Expressions::unify(ExprPtr& left, ExprPtr& right) {
  if (left->type == right->type) return true;
  const abi::Type a = context_.types[left->type], b = context_.types[right->type];
  if (a.kind == Kind::Ratio || b.kind == Kind::Ratio) {
    const auto fits = [](Kind kind) { return is_factor(kind) || is_proportion(kind); };
    if (!fits(a.kind) || !fits(b.kind)) return false;
    left = to_ratio(std::move(left));
    right = to_ratio(std::move(right));
    return true;
  }
  const bool factors = is_factor(a.kind) && is_factor(b.kind);
  if (!factors && (a.kind != b.kind || a.name != b.name)) {
    // A text and a named text are both text; two names are two things.
    const bool texts = a.kind == Kind::Text && b.kind == Kind::Text && (a.name.empty() || b.name.empty());
    return texts;
  }
  if (a.kind == Kind::Text) return true;
  if (!factors && !is_scaled(a.kind)) return false;
  const uint8_t scale = std::max(a.scale, b.scale);
  TypeId type = abi::kNoType;
  switch (factors ? Kind::Decimal : a.kind) {
    case Kind::Decimal:
      type = context_.types.decimal(scale);
      break;
    case Kind::Percent:
      type = context_.types.percent(scale);
      break;
    case Kind::Money:
      type = context_.types.money(a.name, scale);
      break;
    case Kind::Quantity:
      type = context_.types.quantity(a.name, scale);
      break;
    default:
      return false;
  }
  left = rescale(std::move(left), type);
  right = rescale(std::move(right), type);
  return true;
}

std::pair<ExprPtr, ExprPtr> Expressions::infer_pair(const ast::ExprPtr& left, const ast::ExprPtr& right,
                                                    TypeId hint) {
  if (left && right && is_literal(*left) && !is_literal(*right)) {
    ExprPtr second = infer(right, hint);
    ExprPtr first = infer(left, is_invalid(*second) ? hint : second->type);
    return {std::move(first), std::move(second)};
  }
  ExprPtr first = infer(left, hint);
  ExprPtr second = infer(right, is_invalid(*first) ? hint : first->type);
  return {std::move(first), std::move(second)};
}

// ---------------------------------------------------------------- sums and products

ExprPtr Expressions::sum(const Tree& tree, const ast::BinaryExpr& node, TypeId hint) {
  const bool add = node.op == ast::BinaryOp::Add;
  ExprPtr left = infer(node.left, hint);
  if (!is_invalid(*left) && context_.types.is(left->type, Kind::Date))
    return date_sum(tree, node, std::move(left));
  ExprPtr right = infer(node.right, is_invalid(*left) ? hint : left->type);
  if (!is_invalid(*left) && !is_invalid(*right) && node.left && is_literal(*node.left))
    left = infer(node.left, right->type);
  if (is_invalid(*left) || is_invalid(*right)) return invalid(tree.span);
  if (unanswered(*left) || unanswered(*right)) return invalid(tree.span);
  const Kind a = context_.types.kind(left->type), b = context_.types.kind(right->type);
  if (a == Kind::Instant && b == Kind::Duration)
    return make_operation(tree.span, context_.types.simple(Kind::Instant),
                          add ? Operator::AddDuration : Operator::SubtractDuration, std::move(left),
                          std::move(right));
  if (a == Kind::Text && b == Kind::Text && add) {
    const uint32_t one = context_.types[left->type].max_length,
                   other = context_.types[right->type].max_length;
    // Of any length when one is, or when together they are longer than a length can say.
    uint32_t length = 0;
    if (one == 0 || other == 0 || __builtin_add_overflow(one, other, &length)) length = 0;
    return make_operation(tree.span, context_.types.text(length), Operator::Concat, std::move(left),
                          std::move(right));
  }
  if (!is_number(a) || !is_number(b) || !unify(left, right))
    return no_such_operation(tree, node, *left, *right);
  const TypeId type = left->type;
  if (context_.types.is(type, Kind::Ratio))
    return make_operation(tree.span, type, add ? Operator::RatioAdd : Operator::RatioSubtract,
                          std::move(left), std::move(right));
  // Sums forget how many digits their parts may have.
  const TypeId result =
      context_.types.is(type, Kind::Decimal) ? context_.types.decimal(context_.types[type].scale) : type;
  return make_operation(tree.span, result, add ? Operator::Add : Operator::Subtract, std::move(left),
                        std::move(right));
}

ExprPtr Expressions::product(const Tree& tree, const ast::BinaryExpr& node, TypeId) {
  ExprPtr left = infer(node.left, abi::kNoType), right = infer(node.right, abi::kNoType);
  if (is_invalid(*left) || is_invalid(*right)) return invalid(tree.span);
  if (unanswered(*left) || unanswered(*right)) return invalid(tree.span);
  const Kind a = context_.types.kind(left->type), b = context_.types.kind(right->type);
  const auto proportional = [&](Kind kind) { return is_proportion(kind) || is_factor(kind); };
  if ((is_proportion(a) || is_proportion(b)) && proportional(a) && proportional(b)) {
    return make_operation(tree.span, context_.types.simple(Kind::Ratio), Operator::RatioMultiply,
                          to_ratio(std::move(left)), to_ratio(std::move(right)));
  }
  if (is_proportion(a) || is_proportion(b)) {
    const TypeId amount = is_proportion(a) ? right->type : left->type;
    if (!is_scaled(context_.types.kind(amount))) return no_such_operation(tree, node, *left, *right);
    context_.emit(DiagnosticKind::RoundingMissing, tree.span, {context_.type_name(amount)})
        .note(fmt::format("write `round ... to {} places half even` around it, or another way to round",
                          context_.types[amount].scale));
    return invalid(tree.span);
  }
  if (is_factor(a) && !is_factor(b)) std::swap(left, right);
  const abi::Type amount = context_.types[left->type], factor = context_.types[right->type];
  if (!is_scaled(amount.kind) || !is_factor(factor.kind)) return no_such_operation(tree, node, *left, *right);
  // Exact: the places of both add up, and a rounding brings them back.
  const unsigned scale = unsigned{amount.scale} + factor.scale;
  if (scale > kScaleMax || (amount.kind == Kind::Duration && factor.kind != Kind::Int))
    return no_such_operation(tree, node, *left, *right);
  const uint8_t places = static_cast<uint8_t>(scale);
  TypeId type = left->type;
  switch (amount.kind) {
    case Kind::Money:
      type = context_.types.money(amount.name, places);
      break;
    case Kind::Quantity:
      type = context_.types.quantity(amount.name, places);
      break;
    case Kind::Int:
    case Kind::Decimal:
      type = amount.kind == factor.kind && amount.kind == Kind::Int ? context_.types.int_type()
                                                                    : context_.types.decimal(places);
      break;
    default:
      break;
  }
  return make_operation(tree.span, type, Operator::Multiply, std::move(left), std::move(right));
}

ExprPtr Expressions::quotient(const Tree& tree, const ast::BinaryExpr& node) {
  auto [left, right] = infer_pair(node.left, node.right, abi::kNoType);
  if (is_invalid(*left) || is_invalid(*right)) return invalid(tree.span);
  if (unanswered(*left) || unanswered(*right)) return invalid(tree.span);
  const abi::Type a = context_.types[left->type], b = context_.types[right->type];
  const auto pure = [](Kind kind) { return is_factor(kind) || is_proportion(kind); };
  const TypeId ratio = context_.types.simple(Kind::Ratio);
  if (is_proportion(a.kind) && pure(b.kind))
    return make_operation(tree.span, ratio, Operator::RatioDivide, to_ratio(std::move(left)),
                          to_ratio(std::move(right)));
  if (is_proportion(b.kind) && pure(a.kind))
    return make_operation(tree.span, ratio, Operator::RatioDivide, to_ratio(std::move(left)),
                          to_ratio(std::move(right)));
  const bool alike =
      (is_factor(a.kind) && is_factor(b.kind)) || (is_scaled(a.kind) && a.kind == b.kind && a.name == b.name);
  if (alike) return make_operation(tree.span, ratio, Operator::Divide, std::move(left), std::move(right));
  if (is_scaled(a.kind) && pure(b.kind)) {
    context_.emit(DiagnosticKind::RoundingMissing, tree.span, {context_.type_name(left->type)})
        .note(fmt::format("write `round ... to {} places half even` around it, or another way to round",
                          a.scale));
    return invalid(tree.span);
  }
  return no_such_operation(tree, node, *left, *right);
}

// ---------------------------------------------------------------- rounding

// An amount times or by a number that has no end of digits: one rounding, at the end.
ExprPtr Expressions::rounded_product(const Tree& tree, const ast::BinaryExpr& node, TypeId) {
  ExprPtr left = infer(node.left, abi::kNoType), right = infer(node.right, abi::kNoType);
  if (is_invalid(*left) || is_invalid(*right)) return invalid(tree.span);
  if (unanswered(*left) || unanswered(*right)) return invalid(tree.span);
  const auto kind = [&](const ExprPtr& value) { return context_.types.kind(value->type); };
  const auto amount = [&](Kind k) { return k == Kind::Money || k == Kind::Quantity || k == Kind::Decimal; };
  const bool divide = node.op == ast::BinaryOp::Divide;
  if (!divide && is_proportion(kind(left))) std::swap(left, right);
  const bool by_number =
      is_factor(kind(right)) && (kind(left) == Kind::Money || kind(left) == Kind::Quantity);
  if (!amount(kind(left)) || !(is_proportion(kind(right)) || (divide && by_number))) return nullptr;
  ExprPtr ratio = to_ratio(std::move(right));
  const TypeId ratio_type = ratio->type;
  if (divide)
    ratio = make_operation(tree.span, ratio_type, Operator::RatioDivide,
                           make_expr(tree.span, ratio_type, RatioLiteral{1, 1}), std::move(ratio));
  const TypeId type = left->type;
  return make_operation(tree.span, type, Operator::MultiplyRatio, std::move(left), std::move(ratio));
}

ExprPtr Expressions::of(const Tree& tree, const ast::RoundExpr& node, TypeId hint) {
  if (node.scale > kScaleMax || !node.operand) {
    if (node.operand)
      context_.emit(DiagnosticKind::NumberTooLarge, tree.span, {"a number of decimal places"});
    return invalid(tree.span);
  }
  ExprPtr value;
  const auto* binary = std::get_if<ast::BinaryExpr>(&node.operand->node);
  if (binary && (binary->op == ast::BinaryOp::Multiply || binary->op == ast::BinaryOp::Divide)) {
    const size_t before = context_.diagnostics.all().size();
    value = rounded_product(*node.operand, *binary, hint);
    if (value && is_invalid(*value) && context_.diagnostics.all().size() != before) return invalid(tree.span);
  }
  const bool product = value != nullptr && !is_invalid(*value);
  if (!product) value = infer(node.operand, abi::kNoType);
  if (is_invalid(*value) || unanswered(*value)) return invalid(tree.span);
  const abi::Type from = context_.types[value->type];
  const uint8_t scale = static_cast<uint8_t>(node.scale);
  TypeId type = abi::kNoType;
  switch (from.kind) {
    case Kind::Money:
      type = context_.types.money(from.name, scale);
      break;
    case Kind::Quantity:
      type = context_.types.quantity(from.name, scale);
      break;
    case Kind::Percent:
      type = context_.types.percent(scale);
      break;
    case Kind::Decimal:
      type = context_.types.decimal(scale);
      break;
    case Kind::Ratio:
      type = context_.types.is(hint, Kind::Percent) ? context_.types.percent(scale)
                                                    : context_.types.decimal(scale);
      break;
    default:
      context_.emit(DiagnosticKind::TypeMismatch, value->span,
                    {"a number with decimal places", context_.type_name(value->type)});
      return invalid(tree.span);
  }
  if (product) {
    std::get<Operation>(value->node).rounding = node.mode;
    value->type = type;
    value->span = tree.span;
    return value;
  }
  ExprPtr rounded = make_operation(tree.span, type, Operator::Round, std::move(value));
  std::get<Operation>(rounded->node).rounding = node.mode;
  return rounded;
}

}  // namespace endcap::sema
