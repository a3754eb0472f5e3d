// Expressions: operators by their binding strength, calls, fields and aggregates.
#include "compiler/syntax/build.h"

namespace endcap::syntax {

using ast::ExprPtr;

ExprPtr Builder::expression(Parser::ExpressionContext* tree) {
  return tree->conditional() != nullptr ? conditional(tree->conditional()) : disjunction(tree->disjunction());
}

ExprPtr Builder::conditional(Parser::ConditionalContext* tree) {
  return make_expression(span(tree),
                         ast::ConditionalExpr{disjunction(tree->condition), expression(tree->then),
                                              expression(tree->otherwise)});
}

namespace {

ExprPtr join(ast::BinaryOp op, ExprPtr left, ExprPtr right) {
  const Span at = cover(left->span, right->span);
  return make_expression(at, ast::BinaryExpr{op, std::move(left), std::move(right)});
}

}  // namespace

ExprPtr Builder::disjunction(Parser::DisjunctionContext* tree) {
  const auto parts = tree->conjunction();
  ExprPtr result = conjunction(parts.front());
  for (size_t i = 1; i < parts.size(); ++i)
    result = join(ast::BinaryOp::Or, std::move(result), conjunction(parts[i]));
  return result;
}

ExprPtr Builder::conjunction(Parser::ConjunctionContext* tree) {
  const auto parts = tree->negation();
  ExprPtr result = negation(parts.front());
  for (size_t i = 1; i < parts.size(); ++i)
    result = join(ast::BinaryOp::And, std::move(result), negation(parts[i]));
  return result;
}

ExprPtr Builder::negation(Parser::NegationContext* tree) {
  ExprPtr result = comparison(tree->comparison());
  const auto nots = tree->NOT();
  for (size_t i = nots.size(); i-- > 0;) {
    const Span at = cover(span(nots[i]), result->span);
    result = make_expression(at, ast::UnaryExpr{ast::UnaryOp::Not, std::move(result)});
  }
  return result;
}

ast::CompareOp compare_op(Parser::CompareOperatorContext* tree) {
  if (tree->EQUAL() != nullptr) return ast::CompareOp::Equal;
  if (tree->NOT_EQUAL() != nullptr) return ast::CompareOp::NotEqual;
  if (tree->LESS() != nullptr) return ast::CompareOp::Less;
  if (tree->LESS_EQUAL() != nullptr) return ast::CompareOp::LessEqual;
  if (tree->GREATER() != nullptr) return ast::CompareOp::Greater;
  return ast::CompareOp::GreaterEqual;
}

ExprPtr Builder::comparison(Parser::ComparisonContext* tree) {
  const auto operands = tree->orElse();
  ExprPtr first = or_else(operands.front());
  if (tree->IS() != nullptr) {
    return make_expression(span(tree), ast::PresenceExpr{std::move(first), tree->PRESENT() != nullptr});
  }
  if (tree->IN() != nullptr) {
    return make_expression(
        span(tree), ast::MembershipExpr{std::move(first), or_else(operands.back()), tree->NOT() != nullptr});
  }
  if (operands.size() == 1) return first;
  ast::CompareExpr compare;
  compare.operands.push_back(std::move(first));
  for (size_t i = 1; i < operands.size(); ++i) compare.operands.push_back(or_else(operands[i]));
  for (auto* op : tree->compareOperator()) compare.ops.push_back(compare_op(op));
  return make_expression(span(tree), std::move(compare));
}

// Right to left, so that each fallback may itself be absent.
ExprPtr Builder::or_else(Parser::OrElseContext* tree) {
  const auto parts = tree->relative();
  ExprPtr result = relative(parts.back());
  for (size_t i = parts.size() - 1; i-- > 0;) {
    ExprPtr operand = relative(parts[i]);
    const Span at = cover(operand->span, result->span);
    result = make_expression(at, ast::DefaultExpr{std::move(operand), std::move(result)});
  }
  return result;
}

ExprPtr Builder::relative(Parser::RelativeContext* tree) {
  const auto parts = tree->moment();
  ExprPtr first = moment(parts.front());
  if (parts.size() == 1) return first;
  return make_expression(
      span(tree), ast::RelativeExpr{std::move(first), tree->BEFORE() != nullptr, moment(parts.back())});
}

ExprPtr Builder::moment(Parser::MomentContext* tree) {
  const auto parts = tree->additive();
  ExprPtr date = additive(parts.front());
  if (parts.size() == 1) return date;
  ExprPtr zone = tree->postfix() != nullptr ? postfix(tree->postfix()) : nullptr;
  return make_expression(span(tree),
                         ast::MomentExpr{std::move(date), additive(parts.back()), std::move(zone)});
}

ExprPtr Builder::additive(Parser::AdditiveContext* tree) {
  ExprPtr result = multiplicative(tree->multiplicative(0));
  // Operators and operands alternate among the children.
  for (size_t i = 2; i < tree->children.size(); i += 2) {
    auto* op = dynamic_cast<antlr4::tree::TerminalNode*>(tree->children[i - 1]);
    auto* right = dynamic_cast<Parser::MultiplicativeContext*>(tree->children[i]);
    const bool plus = op->getSymbol()->getType() == Parser::PLUS;
    result =
        join(plus ? ast::BinaryOp::Add : ast::BinaryOp::Subtract, std::move(result), multiplicative(right));
  }
  return result;
}

ExprPtr Builder::multiplicative(Parser::MultiplicativeContext* tree) {
  ExprPtr result = unary(tree->unary(0));
  for (size_t i = 2; i < tree->children.size(); i += 2) {
    auto* op = dynamic_cast<antlr4::tree::TerminalNode*>(tree->children[i - 1]);
    auto* right = dynamic_cast<Parser::UnaryContext*>(tree->children[i]);
    const bool times = op->getSymbol()->getType() == Parser::STAR;
    result = join(times ? ast::BinaryOp::Multiply : ast::BinaryOp::Divide, std::move(result), unary(right));
  }
  return result;
}

ExprPtr Builder::unary(Parser::UnaryContext* tree) {
  ExprPtr result = postfix(tree->postfix());
  const auto signs = tree->MINUS();
  for (size_t i = signs.size(); i-- > 0;) {
    const Span at = cover(span(signs[i]), result->span);
    result = make_expression(at, ast::UnaryExpr{ast::UnaryOp::Negate, std::move(result)});
  }
  return result;
}

ExprPtr Builder::postfix(Parser::PostfixContext* tree) {
  ExprPtr result = primary(tree->primary());
  for (size_t i = 1; i < tree->children.size(); ++i) {
    if (auto* field = dynamic_cast<Parser::NameContext*>(tree->children[i])) {
      const Span at = cover(result->span, span(field));
      result = make_expression(at, ast::FieldExpr{std::move(result), name(field)});
    } else if (auto* given = dynamic_cast<Parser::ArgumentsContext*>(tree->children[i])) {
      result = called(std::move(result), given);
    } else if (auto* lookup = dynamic_cast<Parser::LookupContext*>(tree->children[i])) {
      const Span at = cover(result->span, span(lookup));
      result = make_expression(at, ast::LookupExpr{std::move(result), expression(lookup->expression())});
    }
  }
  return result;
}

namespace {

// `Price.activate` was read as field of a name; as what is called it is a qualified name. False: it is
// neither.
bool as_callee(const ast::Expr& written, ast::QualifiedName& callee) {
  if (const auto* field = std::get_if<ast::FieldExpr>(&written.node)) {
    if (!as_callee(*field->object, callee)) return false;
    callee.parts.push_back(field->field);
  } else if (const auto* named = std::get_if<ast::NameExpr>(&written.node)) {
    callee.parts.push_back(named->name);
  } else {
    return false;
  }
  callee.span = cover(callee.parts.front().span, callee.parts.back().span);
  return true;
}

}  // namespace

ExprPtr Builder::called(ExprPtr callee, Parser::ArgumentsContext* tree) {
  const Span at = cover(callee->span, span(tree));
  if (std::holds_alternative<ast::ErrorExpr>(callee->node)) return callee;  // said already
  ast::CallExpr call;
  if (!as_callee(*callee, call.callee)) {
    diagnostics_.emit(DiagnosticKind::SyntaxError, span(tree),
                      {"only a function, a record or an operation is called by its name"});
    return make_expression(at, ast::ErrorExpr{});
  }
  call.arguments = arguments(tree);
  return make_expression(at, std::move(call));
}

std::vector<ast::Argument> Builder::arguments(Parser::ArgumentsContext* tree) {
  std::vector<ast::Argument> result;
  if (tree == nullptr) return result;
  for (auto* each : tree->argument()) result.push_back(argument(each));
  return result;
}

ast::Argument Builder::argument(Parser::ArgumentContext* tree) {
  ast::Argument argument;
  if (tree->name() != nullptr) argument.name = name(tree->name());
  argument.value = expression(tree->expression());
  return argument;
}

namespace {

ast::AggregateOp aggregate_op(Parser::AggregateContext* tree) {
  if (tree->COUNT() != nullptr) return ast::AggregateOp::Count;
  if (tree->FIRST() != nullptr) return ast::AggregateOp::First;
  if (tree->SUM() != nullptr) return ast::AggregateOp::Sum;
  if (tree->MINIMUM() != nullptr) return ast::AggregateOp::Minimum;
  if (tree->MAXIMUM() != nullptr) return ast::AggregateOp::Maximum;
  return tree->ANY() != nullptr ? ast::AggregateOp::Any : ast::AggregateOp::All;
}

ast::RoundingMode rounding_mode(Parser::RoundingModeContext* tree) {
  if (tree->EVEN() != nullptr) return ast::RoundingMode::HalfEven;
  if (tree->HALF() != nullptr) return ast::RoundingMode::HalfUp;
  return tree->UP() != nullptr ? ast::RoundingMode::Up : ast::RoundingMode::Down;
}

}  // namespace

ExprPtr Builder::primary(Parser::PrimaryContext* tree) {
  const Span at = span(tree);
  if (auto* value = dynamic_cast<Parser::NameValueContext*>(tree))
    return make_expression(at, ast::NameExpr{name(value->name())});
  if (ExprPtr value = literal(tree)) return value;
  if (auto* inner = dynamic_cast<Parser::ParenthesisedContext*>(tree)) {
    ExprPtr value = expression(inner->expression());
    value->span = at;
    return value;
  }
  if (auto* list = dynamic_cast<Parser::ListValueContext*>(tree)) {
    ast::ListExpr elements;
    for (auto* each : list->expression()) elements.elements.push_back(expression(each));
    return make_expression(at, std::move(elements));
  }
  if (auto* day = dynamic_cast<Parser::BusinessDayValueContext*>(tree)) {
    const ast::DayConvention convention = day->BEFORE()   ? ast::DayConvention::Preceding
                                          : day->WITHIN() ? ast::DayConvention::ModifiedFollowing
                                                          : ast::DayConvention::Following;
    return make_expression(at, ast::BusinessDayExpr{postfix(day->postfix()), convention});
  }
  if (auto* round = dynamic_cast<Parser::RoundValueContext*>(tree)) {
    return make_expression(at, ast::RoundExpr{additive(round->additive()), count(round->NUMBER()),
                                              rounding_mode(round->roundingMode())});
  }
  if (auto* share = dynamic_cast<Parser::AllocateValueContext*>(tree)) {
    return make_expression(at, ast::AllocateExpr{additive(share->additive(0)), postfix(share->postfix()),
                                                 additive(share->additive(1))});
  }
  if (auto* each = dynamic_cast<Parser::AggregateEachContext*>(tree)) {
    return make_expression(
        at, ast::AggregateExpr{aggregate_op(each->aggregate()), expression(each->value), name(each->name()),
                               postfix(each->postfix()),
                               each->where != nullptr ? expression(each->where) : nullptr});
  }
  if (auto* list = dynamic_cast<Parser::AggregateListContext*>(tree)) {
    return make_expression(at, ast::AggregateExpr{aggregate_op(list->aggregate()), nullptr, std::nullopt,
                                                  postfix(list->postfix()), nullptr});
  }
  if (auto* map = dynamic_cast<Parser::MapValueContext*>(tree)) {
    require_word(name(map->kind), "map");
    return make_expression(
        at, ast::MapExpr{expression(map->key), expression(map->value), name(map->each), postfix(map->list),
                         map->where != nullptr ? expression(map->where) : nullptr});
  }
  return make_expression(at, ast::ErrorExpr{});
}

}  // namespace endcap::syntax
