// Expressions: from syntax to typed tree, one function per form. A mistake is told once and gives an Invalid
// of no type, which everything accepts.
#pragma once

#include <functional>

#include "compiler/sema/scope.h"

namespace endcap::sema {

// A sum of more parts than this, or a deeper chain, is refused rather than recursed into: here and wherever
// the typed tree is walked.
inline constexpr uint32_t kExpressionDepthMax = 400;
inline constexpr size_t kCopiedNodesMax = 200;  // of the middle of a comparison

// Why a value must have a type, for the label of a mismatch.
struct Origin {
  Span span;         // may be invalid
  std::string text;  // "the view says so"
};

class Expressions {
 public:
  // `mention` hears of each use of a local: ratios across waits are found so.
  Expressions(Context& context, uint32_t module, Scope& scope)
      : context_(context), module_(module), scope_(scope) {}

  std::function<void(LocalId, Span)> mention;

  // The value, of exactly `expected` when that is given (literals take it, presence and lengths are checked).
  ExprPtr check(const ast::ExprPtr& tree, TypeId expected = abi::kNoType, Origin origin = {});
  // The value of a condition.
  ExprPtr condition(const ast::ExprPtr& tree) { return check(tree, context_.types.bool_type()); }
  // `name OP value`, where the value is written down: a literal. Anything else is told.
  // Whether both are the same value; of optionals, whether both or neither are there too.
  ExprPtr equal(Span span, ExprPtr left, ExprPtr right);
  ExprPtr compare_written(LocalId name, ast::CompareOp op, const ast::ExprPtr& value);
  // `within`, `after`: a Duration or BusinessDuration.
  // `kept`: who is asked keeps a calendar, by which it counts.
  ExprPtr duration(const ast::ExprPtr& tree, bool kept = false);
  // Arguments by name or position for `parameters`; one value each, Invalid where one is missing.
  std::vector<ExprPtr> arguments(const std::string& callee, Span span,
                                 const std::vector<ast::Argument>& arguments,
                                 const std::vector<Parameter>& parameters, Span declared);
  // Arguments that make a record of their own (outcomes, tasks): a field is named as given or after what it
  // is.
  ExprPtr record_of(const std::string& name, const std::vector<ast::Argument>& arguments, Span span);
  // `value`, a number of the base of refined `type`: checked now when it is written, else where it runs.
  ExprPtr bounded(ExprPtr value, TypeId type, const Origin& origin);
  // Makes `value` a `type` or tells why it isn't one.
  ExprPtr convert(ExprPtr value, TypeId type, const Origin& origin);

 private:
  using Tree = ast::Expr;

  ExprPtr infer(const ast::ExprPtr& tree, TypeId hint);
  ExprPtr infer(const Tree& tree, TypeId hint);

  // literals.cpp
  ExprPtr of(const Tree& tree, const ast::NumberLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::PercentLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::MoneyLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::QuantityLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::DurationLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::DateLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::TimeLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::TextLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::BoolLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::AbsentLit& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::ErrorExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::ListExpr& node, TypeId hint);
  ExprPtr amount(const Tree& tree, std::string_view text, TypeId type);

  // name_values.cpp
  ExprPtr of(const Tree& tree, const ast::NameExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::FieldExpr& node, TypeId hint);
  ExprPtr enum_value(const Tree& tree, const ast::FieldExpr& node, bool& is_enum);
  void unknown_name(const ast::Name& name);

  // calls.cpp
  ExprPtr of(const Tree& tree, const ast::CallExpr& node, TypeId hint);
  ExprPtr extremum(const Tree& tree, const ast::CallExpr& node, TypeId hint, Operator op);
  bool can_be_copied(const Expr& middle);
  bool comparable(Span span, ExprPtr& left, ExprPtr& right);
  ExprPtr call_function(const Tree& tree, const ast::CallExpr& node, uint32_t function);
  ExprPtr make_record(const Tree& tree, const ast::CallExpr& node, TypeId record, Span declared);

  // arithmetic.cpp
  ExprPtr of(const Tree& tree, const ast::UnaryExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::BinaryExpr& node, TypeId hint);
  ExprPtr logical(const Tree& tree, const ast::BinaryExpr& node);
  ExprPtr sum(const Tree& tree, const ast::BinaryExpr& node, TypeId hint);
  ExprPtr product(const Tree& tree, const ast::BinaryExpr& node, TypeId hint);
  ExprPtr quotient(const Tree& tree, const ast::BinaryExpr& node);
  ExprPtr of(const Tree& tree, const ast::RoundExpr& node, TypeId hint);
  ExprPtr rounded_product(const Tree& tree, const ast::BinaryExpr& node, TypeId hint);
  ExprPtr no_such_operation(const Tree& tree, const ast::BinaryExpr& node, const Expr& left,
                            const Expr& right);
  // Both at one type: literals follow the other side, scales widen, ratios meet their like.
  bool unify(ExprPtr& left, ExprPtr& right);
  ExprPtr to_ratio(ExprPtr value);
  ExprPtr rescale(ExprPtr value, TypeId type);

  // comparisons.cpp
  ExprPtr of(const Tree& tree, const ast::CompareExpr& node, TypeId hint);
  ExprPtr compare(Span span, ast::CompareOp op, ExprPtr left, ExprPtr right);
  ExprPtr of(const Tree& tree, const ast::MembershipExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::PresenceExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::DefaultExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::ConditionalExpr& node, TypeId hint);
  // A pair where a literal on either side takes the other's type.
  std::pair<ExprPtr, ExprPtr> infer_pair(const ast::ExprPtr& left, const ast::ExprPtr& right, TypeId hint);

  // moments.cpp
  ExprPtr of(const Tree& tree, const ast::MomentExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::RelativeExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::BusinessDayExpr& node, TypeId hint);
  ExprPtr date_sum(const Tree& tree, const ast::BinaryExpr& node, ExprPtr date);
  ExprPtr days_of(const ast::ExprPtr& tree);

  // Business time counts by the module's calendar, unless one is kept by who is asked; that there is none is
  // told.
  bool has_calendar(Span span, bool kept = false);

  // allocate.cpp
  ExprPtr of(const Tree& tree, const ast::AllocateExpr& node, TypeId hint);

  // aggregates.cpp
  ExprPtr of(const Tree& tree, const ast::AggregateExpr& node, TypeId hint);
  ExprPtr filtered(ExprPtr list, const ast::Name& variable, const ast::ExprPtr& where);
  ExprPtr of(const Tree& tree, const ast::MapExpr& node, TypeId hint);
  ExprPtr of(const Tree& tree, const ast::LookupExpr& node, TypeId hint);
  ExprPtr part_of_map(const ast::ExprPtr& tree, const char* part, TypeId expected);

  // Tells that an optional must be answered first; true when it was one.
  bool unanswered(const Expr& value, std::string what = {});

  Context& context_;
  uint32_t module_;
  Scope& scope_;
  uint32_t depth_ = 0;
  bool calendar_kept_ = false;  // in a deadline of somebody who keeps a calendar
};

// ---------------------------------------------------------------- making typed nodes

template <typename Node>
ExprPtr make_expr(Span span, TypeId type, Node node) {
  auto expr = std::make_unique<Expr>();
  expr->span = span;
  expr->type = type;
  expr->node = std::move(node);
  return expr;
}
inline ExprPtr invalid(Span span) { return make_expr(span, abi::kNoType, Invalid{}); }
inline bool is_invalid(const Expr& expr) { return expr.type == abi::kNoType; }
ExprPtr make_operation(Span span, TypeId type, Operator op, ExprPtr a, ExprPtr b = nullptr);

// Every expression directly inside, in the order in which they are evaluated.
void visit_parts(const Expr& expr, const std::function<void(const Expr&)>& visit);

// A copy: `substitute` gives a replacement for an expression, or null to copy it as it is; `rename` moves its
// locals to another table.
ExprPtr clone(const Expr& expr, const std::function<ExprPtr(const Expr&)>& substitute = nullptr,
              const std::function<LocalId(LocalId)>& rename = nullptr);

// The source text of a name-like expression ("promo.price"), for messages; empty for others.
std::string source_name(const ast::Expr& tree);
bool is_literal(const ast::Expr& tree);
// Whether these units have no more digits than the type declares.
bool fits_precision(Int128 units, const abi::Type& type);


// The typed function of a symbol, checked when first needed; recursion is told.
const Function* require_function(Context& context, uint32_t index, Span use);

}  // namespace endcap::sema
