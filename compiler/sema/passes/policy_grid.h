// The cases a policy distinguishes, as a grid: one axis a term, one point for every region its literals cut
// the axis into. Exact for boolean combinations of a term against literals, of enums and of presence;
// anything else is an opaque axis, on which a proof still holds but a counterexample may not exist (LANGUAGE,
// Proofs).
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
  bool percent = false;      // show values as percentages
  bool whole_units = false;  // values are multiples of 1 / 10^scale, so that nothing lies between neighbours
  uint8_t scale = 0;
  std::string suffix;              // " AUD", " ea"
  std::vector<Ratio> boundaries;   // numeric axes
  std::vector<std::string> names;  // enum values; yes/no for booleans
  std::vector<Ratio> points;       // numeric: one in every region
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

class PolicyGrid {
 public:
  PolicyGrid(const Program& program, const Policy& policy);

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
  Condition opaque(const Expr& expression);
  std::string term(const Expr& expression) const;
  std::optional<Ratio> literal(const Expr& expression) const;
  size_t axis(const Expr& expression);
  void place_points();

  const Program& program_;
  const Policy& policy_;
  std::vector<Axis> axes_;
  std::vector<std::optional<Condition>> rows_;
};

}  // namespace endcap::sema
