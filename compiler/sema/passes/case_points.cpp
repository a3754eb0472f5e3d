// One point in each region of the grid, and how a point is written.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/passes/case_grid.h"
#include "runtime/value/ratio.h"
#include "runtime/value/time.h"

namespace endcap::sema {
namespace {

constexpr size_t kPointsMax = 200'000;

// The middle of two ratios; nothing when it needs more than 128 bits.
std::optional<Ratio> middle(const Ratio& a, const Ratio& b) {
  const auto sum = ratio_add(a, b);
  const auto half = sum ? ratio_multiply(*sum, {1, 2}) : sum;
  return half ? std::optional(*half) : std::nullopt;
}

// Beyond a boundary: the next whole hundredth is a number people know, the boundary's own size always works.
std::optional<Ratio> beyond(const Ratio& boundary, int direction) {
  if (const auto near = ratio_add(boundary, {direction, 100})) return *near;
  const Ratio far{boundary.numerator / 2 + direction, boundary.denominator};
  if (satisfies(compare(far, boundary), direction < 0 ? Operator::Less : Operator::Greater)) return far;
  return std::nullopt;
}

}  // namespace

std::string Axis::value_text(size_t point) const {
  return names.empty() ? sema::value_text(type, points[point]) : names[point];
}

void CaseGrid::place_points() {
  complete_ = !terms_.exhausted();
  const auto less = [](const Ratio& a, const Ratio& b) { return compare(a, b) < 0; };
  const auto equal = [](const Ratio& a, const Ratio& b) { return compare(a, b) == 0; };
  for (Axis& axis : axes_) {
    const bool text = axis.type.kind == abi::Kind::Text || axis.type.kind == abi::Kind::Zone;
    if (text && !axis.opaque) axis.names.emplace_back("another text");
    if (!axis.names.empty()) continue;
    std::ranges::sort(axis.boundaries, less);
    const auto [twice, end_of_twice] = std::ranges::unique(axis.boundaries, equal);
    axis.boundaries.erase(twice, end_of_twice);
    if (axis.type.kind == abi::Kind::Ratio) {
      complete_ = place_between(axis) && complete_;
    } else {
      place_on_grid(axis);
    }
    std::ranges::sort(axis.points, less);
    const auto [last, end] = std::ranges::unique(axis.points, equal);
    axis.points.erase(last, end);
    if (axis.points.empty()) axis.points.push_back({0, 1});
  }
}

// Values are dense: on each boundary, between neighbours, and beyond the first and the last. False when a
// region has none that 128 bits can hold.
bool CaseGrid::place_between(Axis& axis) const {
  bool complete = true;
  const auto add = [&](const std::optional<Ratio>& point) {
    if (point) axis.points.push_back(*point);
    complete = complete && point;
  };
  for (size_t i = 0; i < axis.boundaries.size(); ++i) {
    axis.points.push_back(axis.boundaries[i]);
    if (i > 0) add(middle(axis.boundaries[i - 1], axis.boundaries[i]));
  }
  if (axis.boundaries.empty()) return true;
  add(beyond(axis.boundaries.front(), -1));
  add(beyond(axis.boundaries.back(), 1));
  return complete;
}

// Values are whole units of a scale, and a boundary may lie between two of them: the unit nearest to it
// towards zero and its neighbours. A boundary that no unit reaches has every value on one side.
void CaseGrid::place_on_grid(Axis& axis) {
  const bool percent = axis.type.kind == abi::Kind::Percent;
  for (const Ratio& boundary : axis.boundaries) {
    const auto units = ratio_round(boundary, axis.type.scale, percent, Rounding::Down);
    if (!units) continue;
    for (const int step : {-1, 0, 1}) {
      Int128 moved;
      if (__builtin_add_overflow(*units, step, &moved)) continue;
      if (axis.type.kind == abi::Kind::Time && (moved < 0 || moved >= kDay / kSecond)) continue;
      if (axis.counted && moved < 0) continue;
      if (const auto point = ratio_of_decimal(moved, axis.type.scale, percent)) axis.points.push_back(*point);
    }
  }
}

bool CaseGrid::has_opaque_axis() const { return std::ranges::any_of(axes_, &Axis::opaque); }

bool CaseGrid::uses_opaque_axis(const Condition& condition) const {
  const auto uses = [&](const Condition& inner) { return uses_opaque_axis(inner); };
  if (condition.form == Condition::Form::OneOf) return axes_[condition.axis].opaque;
  return std::ranges::any_of(condition.inner, uses);
}

std::optional<size_t> CaseGrid::point_count() const {
  size_t count = 1;
  for (const Axis& axis : axes_) {
    count *= axis.size();
    if (count > kPointsMax) return std::nullopt;
  }
  return complete_ ? std::optional(count) : std::nullopt;
}

std::vector<size_t> CaseGrid::point(size_t number) const {
  std::vector<size_t> indices;
  for (const Axis& axis : axes_) {
    indices.push_back(number % axis.size());
    number /= axis.size();
  }
  return indices;
}

std::string CaseGrid::describe(const std::vector<size_t>& point) const {
  return describe(PartialPoint(point.begin(), point.end()));
}

std::string CaseGrid::describe(const PartialPoint& point) const {
  std::string text;
  for (size_t i = 0; i < axes_.size(); ++i) {
    if (!point[i]) continue;
    text +=
        fmt::format("{}{} is {}", text.empty() ? "" : ", ", axes_[i].term, axes_[i].value_text(*point[i]));
  }
  return text.empty() ? "whatever the facts are" : text;
}

}  // namespace endcap::sema
