// One point in each region of the grid, and how a point is written.
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

std::string ratio_text(const Ratio& value) {
  const auto units = ratio_round(value, 4, true, Rounding::HalfEven);
  std::string text = units ? decimal_to_text(*units, 4) : "?";
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "%";
}

}  // namespace

std::string Axis::value_text(size_t point) const {
  if (!names.empty()) return names[point];
  const Ratio& value = points[point];
  if (type.kind == abi::Kind::Ratio) return ratio_text(value);
  const auto units = ratio_round(value, type.scale, type.kind == abi::Kind::Percent, Rounding::HalfEven);
  if (!units) return "?";
  switch (type.kind) {
    case abi::Kind::Date:
      return date_to_text(static_cast<Date>(*units));
    case abi::Kind::Time:
      return time_to_text(static_cast<TimeOfDay>(*units));
    case abi::Kind::Duration:
      return duration_to_text(static_cast<Duration>(*units));
    case abi::Kind::Instant:
      return instant_to_text(static_cast<Instant>(*units));
    case abi::Kind::Percent:
      return decimal_to_text(*units, type.scale) + "%";
    case abi::Kind::Money:
    case abi::Kind::Quantity:
      return decimal_to_text(*units, type.scale) + " " + type.name;
    default:
      return decimal_to_text(*units, type.scale);
  }
}

void CaseGrid::place_points() {
  const auto less = [](const Ratio& a, const Ratio& b) { return compare(a, b) < 0; };
  const auto equal = [](const Ratio& a, const Ratio& b) { return compare(a, b) == 0; };
  for (Axis& axis : axes_) {
    const bool text = axis.type.kind == abi::Kind::Text || axis.type.kind == abi::Kind::Zone;
    if (text && !axis.opaque) axis.names.emplace_back("another text");
    if (!axis.names.empty()) continue;
    std::ranges::sort(axis.boundaries, less);
    axis.type.kind == abi::Kind::Ratio ? place_between(axis) : place_on_grid(axis);
    std::ranges::sort(axis.points, less);
    const auto [last, end] = std::ranges::unique(axis.points, equal);
    axis.points.erase(last, end);
    if (axis.points.empty()) axis.points.push_back({0, 1});
  }
}

// Values are dense: on each boundary, between neighbours, and beyond the first and the last.
void CaseGrid::place_between(Axis& axis) {
  const auto add = [&](const auto& point) {
    if (point) axis.points.push_back(*point);
  };
  for (size_t i = 0; i < axis.boundaries.size(); ++i) {
    axis.points.push_back(axis.boundaries[i]);
    if (i > 0) add(middle(axis.boundaries[i - 1], axis.boundaries[i]));
  }
  if (axis.boundaries.empty()) return;
  add(ratio_subtract(axis.boundaries.front(), {1, 100}));
  add(ratio_add(axis.boundaries.back(), {1, 100}));
}

// Values are whole units of a scale, and a boundary may lie between two of them: the unit nearest to it
// towards zero and its neighbours.
void CaseGrid::place_on_grid(Axis& axis) {
  const bool percent = axis.type.kind == abi::Kind::Percent;
  for (const Ratio& boundary : axis.boundaries) {
    const auto units = ratio_round(boundary, axis.type.scale, percent, Rounding::Down);
    if (!units) continue;
    for (const int step : {-1, 0, 1}) {
      Int128 moved;
      if (__builtin_add_overflow(*units, step, &moved)) continue;
      if (axis.type.kind == abi::Kind::Time && (moved < 0 || moved >= kDay / kSecond)) continue;
      if (const auto point = ratio_of_decimal(moved, axis.type.scale, percent)) axis.points.push_back(*point);
    }
  }
}

std::optional<size_t> CaseGrid::point_count() const {
  size_t count = 1;
  for (const Axis& axis : axes_) {
    count *= axis.size();
    if (count > kPointsMax) return std::nullopt;
  }
  return count;
}

std::vector<size_t> CaseGrid::point(size_t number) const {
  std::vector<size_t> indices;
  for (const Axis& axis : axes_) {
    indices.push_back(number % axis.size());
    number /= axis.size();
  }
  return indices;
}

}  // namespace endcap::sema
