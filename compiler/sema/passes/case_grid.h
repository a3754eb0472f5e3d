// The cases a policy or a table distinguishes, as a grid: one axis a term, one point for every region its
// literals cut the axis into. Exact for boolean combinations of a term against literals or another term, of
// texts, enums and presence. What can't be looked into (any, all, membership in a list that varies) is an
// opaque axis. Axes are taken to vary independently: what is proved so holds, but a counterexample may not
// exist when they share facts (LANGUAGE, Proofs).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/passes/case_terms.h"

namespace endcap::sema {

struct Axis {
  std::string key;   // equal terms share an axis
  std::string term;  // for people
  bool opaque = false;
  bool counted = false;            // a number of elements: never negative
  abi::Type type;                  // of the term: what values it can have, and how they are written
  std::set<std::string> sources;   // the facts it is made of
  std::vector<Ratio> boundaries;   // numeric axes: true values, whatever the scale they are written in
  std::vector<std::string> names;  // enum values; yes and no; texts, the last of which is any other
  std::vector<Ratio> points;       // numeric: one in every region that has a value
  size_t size() const { return names.empty() ? points.size() : names.size(); }
  std::string value_text(size_t point) const;
};

// A row's condition over the axes.
struct Condition {
  enum class Form : uint8_t { Constant, And, Or, Not, Same, Choose, Compare, OneOf } form = Form::Constant;
  bool constant = true;
  std::vector<Condition>
      inner;  // Same: two that agree; Choose: the second when the first holds, else the third
  size_t axis = 0;
  Operator op = Operator::Equal;  // Compare: term op literal
  Ratio literal;
  size_t choice = 0;  // OneOf: index of the axis' name
};
Condition negated(Condition condition);

// One index an axis; nothing where any will do.
using PartialPoint = std::vector<std::optional<size_t>>;

// Conditions that the searches of one policy may ask: some tenths of a second.
inline constexpr size_t kConditionsAsked = 5'000'000;

class CaseGrid {
 public:
  CaseGrid(const Program& program, Cases cases);

  const std::vector<Axis>& axes() const { return axes_; }
  // One condition a row; `otherwise` has none.
  const std::vector<std::optional<Condition>>& rows() const { return rows_; }
  bool has_opaque_axis() const;
  // Whether every case has its point: without that nothing is proved.
  bool complete() const { return complete_; }
  bool uses_opaque_axis(const Condition& condition) const;

  // Number of points, or nothing when there are more than a person could want checked.
  std::optional<size_t> point_count() const;
  std::vector<size_t> point(size_t number) const;  // one index an axis
  bool holds(const Condition& condition, const std::vector<size_t>& point) const;
  std::string describe(const std::vector<size_t>& point) const;  // "margin is 12%, region is NSW"

  // Looks for a point at which all of `wanted` hold: a certain one if there is one.
  struct Search {
    enum class Result : uint8_t { None, Certain, Seeming, TooMany } result = Result::None;
    PartialPoint point;  // Certain and Seeming: only axes that matter are set
  };
  Search search(const std::vector<const Condition*>& wanted) const;
  std::string describe(const PartialPoint& point) const;
  // Why a point that seems to exist may not.
  std::string doubt(const PartialPoint& point) const;

 private:
  friend class CaseSearch;

  // case_grid.cpp: reading
  Condition read(const Expr& expression);
  Condition read_operation(const Expr& expression, const Operation& operation);
  Condition read_all(Condition::Form form, std::initializer_list<const Expr*> parts);
  Condition read_list(const Operation& operation);
  Condition read_comparison(const Expr& left, Operator op, const Expr& right);
  Condition read_literal(const Expr& term, Operator op, const Ratio& value);
  Condition read_text(const Expr& term, const std::string& text, Operator op);
  Condition read_pair(const Expr& left, Operator op, const Expr& right);
  Condition yes_no(const Expr& expression, bool opaque);
  Condition present(const Expr& optional);
  size_t axis(const std::string& key, const std::function<Axis()>& make);
  size_t axis_of(const Expr& term);

  // case_points.cpp
  void place_points();
  bool place_between(Axis& axis) const;
  static void place_on_grid(Axis& axis);
  std::optional<std::pair<size_t, size_t>> entangled(const PartialPoint& point) const;

  const Program& program_;
  Cases cases_;
  CaseTerms terms_;
  std::vector<Axis> axes_;
  std::vector<std::optional<Condition>> rows_;
  bool complete_ = true;                      // every region has its point
  mutable size_t budget_ = kConditionsAsked;  // what all searches together may still ask
};

bool satisfies(std::strong_ordering order, Operator op);

}  // namespace endcap::sema
