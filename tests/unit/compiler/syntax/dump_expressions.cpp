// Expressions and types as S-expressions.
#include "tests/unit/compiler/syntax/dump_support.h"

namespace endcap {

using namespace ast;

std::string dump(const TypePtr& type) {
  if (!type) return "";
  if (type->form == TypeRef::Form::ListOf) return form("list", {dump(type->element)});
  if (type->form == TypeRef::Form::MapOf) return form("map", {dump(type->key), dump(type->element)});
  if (type->form == TypeRef::Form::GrantOf)
    return form("grant", {type->operation.text(), type->element ? dump(type->element) : ""});
  if (type->form == TypeRef::Form::Optional) return form("optional", {dump(type->element)});
  std::string result = type->name.text;
  if (!type->angle.empty()) result += "<" + dump(type->angle) + ">";
  if (!type->parameters.empty()) {
    result += "(" + each(type->parameters, [](uint32_t n) { return std::to_string(n); }) + ")";
  }
  return result;
}

std::string dump(const std::vector<Argument>& arguments) {
  return each(arguments,
              [](const Argument& a) { return a.name ? a.name->text + ":" + dump(a.value) : dump(a.value); });
}

std::string dump(const std::vector<Parameter>& parameters) {
  return each(parameters, [](const Parameter& p) { return p.name.text + ":" + dump(p.type); });
}

namespace {

const char* const kBinary[] = {"+", "-", "*", "/", "and", "or"};
const char* const kCompare[] = {"==", "!=", "<", "<=", ">", ">="};
const char* const kAggregate[] = {"count", "first", "sum", "minimum", "maximum", "any", "all"};
const char* const kRounding[] = {"half-even", "half-up", "up", "down"};

std::string compare(const CompareExpr& e) {
  std::string result = "(" + dump(e.operands[0]);
  for (size_t i = 0; i < e.ops.size(); ++i) {
    result += std::string(" ") + kCompare[static_cast<size_t>(e.ops[i])] + " " + dump(e.operands[i + 1]);
  }
  return result + ")";
}

}  // namespace

std::string dump(const Expr& expression) {
  return std::visit(
      Overloaded{
          [](const ErrorExpr&) { return std::string("(error)"); },
          [](const NumberLit& e) { return e.text; },
          [](const PercentLit& e) { return e.text + "%"; },
          [](const MoneyLit& e) {
            return form("money", {e.currency, e.text});
          },
          [](const QuantityLit& e) {
            return form("quantity", {e.text, e.unit});
          },
          [](const DurationLit& e) {
            return form(e.business ? "business" : "duration", {e.text, e.unit});
          },
          [](const DateLit& e) { return e.text; },
          [](const TimeLit& e) { return e.text; },
          [](const TextLit& e) { return '"' + e.text + '"'; },
          [](const BoolLit& e) { return std::string(e.value ? "yes" : "no"); },
          [](const AbsentLit&) { return std::string("absent"); },
          [](const NameExpr& e) { return e.name.text; },
          [](const FieldExpr& e) {
            return form(".", {dump(e.object), e.field.text});
          },
          [](const CallExpr& e) {
            return form("call", {e.callee.text(), dump(e.arguments)});
          },
          [](const UnaryExpr& e) { return form(e.op == UnaryOp::Not ? "not" : "neg", {dump(e.operand)}); },
          [](const BinaryExpr& e) {
            return form(kBinary[static_cast<size_t>(e.op)], {dump(e.left), dump(e.right)});
          },
          [](const CompareExpr& e) { return compare(e); },
          [](const MembershipExpr& e) {
            return form(e.negated ? "not-in" : "in", {dump(e.element), dump(e.list)});
          },
          [](const PresenceExpr& e) { return form(e.present ? "present" : "absent", {dump(e.operand)}); },
          [](const DefaultExpr& e) {
            return form("or-else", {dump(e.operand), dump(e.fallback)});
          },
          [](const ConditionalExpr& e) {
            return form("when", {dump(e.condition), dump(e.then), dump(e.otherwise)});
          },
          [](const MomentExpr& e) {
            return form("at", {dump(e.date), dump(e.time), clause("zone", dump(e.zone))});
          },
          [](const RelativeExpr& e) {
            return form(e.before ? "before" : "after", {dump(e.duration), dump(e.anchor)});
          },
          [](const BusinessDayExpr& e) {
            constexpr const char* kConventions[] = {"following", "preceding", "modified-following"};
            return form(kConventions[static_cast<size_t>(e.convention)], {dump(e.date)});
          },
          [](const RoundExpr& e) {
            return form("round",
                        {dump(e.operand), std::to_string(e.scale), kRounding[static_cast<size_t>(e.mode)]});
          },
          [](const ListExpr& e) {
            return "[" + each(e.elements, [](const ExprPtr& x) { return dump(x); }) + "]";
          },
          [](const MapExpr& e) {
            return form("map", {dump(e.key), dump(e.value), e.variable.text, dump(e.list), dump(e.where)});
          },
          [](const LookupExpr& e) { return form("lookup", {dump(e.map), dump(e.key)}); },
          [](const AllocateExpr& e) {
            return form("allocate", {dump(e.amount), dump(e.list), dump(e.weight)});
          },
          [](const AggregateExpr& e) {
            return form(kAggregate[static_cast<size_t>(e.op)],
                        {dump(e.value), dump(e.variable), dump(e.list), clause("where", dump(e.where))});
          },
      },
      expression.node);
}

}  // namespace endcap
