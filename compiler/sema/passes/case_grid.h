// The cases a policy or a table distinguishes, as a grid: one axis a term, one point for every region its
// literals cut the axis into. Exact for boolean combinations of a term against literals, of texts, enums and
// presence; anything else is an opaque axis, on which a proof still holds but a counterexample may not exist.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {

struct Axis {
  std::string term;  // readable and normalised: equal terms share an axis
  bool opaque = false;
  abi::Type type;                  // of the term: what values it can have, and how they are written
  std::vector<Ratio> boundaries;   // numeric axes: true values, whatever the scale they are written in
  std::vector<std::string> names;  // enum values; yes and no; texts, the last of which is any other
  std::vector<Ratio> points;       // numeric: one in every region that has a value
  size_t size() const { return names.empty() ? points.size() : names.size(); }
  std::string value_text(size_t point) const;
};

// A row's condition over the axes.
struct Condition {
  enum class Form : uint8_t { Constant, And, Or, Not, Compare, OneOf } form = Form::Constant;
  bool constant = true;
  std::vector<Condition> inner;
  size_t axis = 0;
  Operator op = Operator::Equal;  // Compare: term op literal
  Ratio literal;
  size_t choice = 0;  // OneOf: index of the axis' name
};

// What is looked at: the conditions of the rows (null: `otherwise`) and the names they use.
struct Cases {
  const std::vector<Local>& locals;
  std::vector<const Expr*> rows;
  const std::vector<std::pair<LocalId, ExprPtr>>* lets =
      nullptr;    // names that stand for what they are bound to
  LocalId facts;  // a record whose fields are named alone
};

class CaseGrid {
 public:
  CaseGrid(const Program& program, Cases cases);

  const std::vector<Axis>& axes() const { return axes_; }
  // One condition a row; `otherwise` has none.
  const std::vector<std::optional<Condition>>& rows() const { return rows_; }
  bool has_opaque_axis() const;
  // Number of points, or nothing when there are more than a person could want checked.
  std::optional<size_t> point_count() const;
  std::vector<size_t> point(size_t number) const;  // one index an axis
  bool holds(const Condition& condition, const std::vector<size_t>& point) const;
  std::string describe(const std::vector<size_t>& point) const;  // "margin is 12%, region is NSW"

 private:
  Condition read(const Expr& expression);
  Condition read_comparison(const Operation& operation);
  Condition read_text(const Expr& term, const std::string& text, Operator op);
  Condition opaque(std::string term);
  std::string term(const Expr& expression) const;
  std::optional<Ratio> literal(const Expr& expression) const;
  size_t axis(const Expr& expression);
  void place_points();
  static void place_between(Axis& axis);
  static void place_on_grid(Axis& axis);

  const Program& program_;
  Cases cases_;
  std::vector<Axis> axes_;
  std::vector<std::optional<Condition>> rows_;
};

}  // namespace endcap::sema
