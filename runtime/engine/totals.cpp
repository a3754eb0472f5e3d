// Totals over lines: see totals.h.
#include "runtime/engine/totals.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"

namespace endcap {
namespace {

using Json = nlohmann::ordered_json;

bool is_summed(abi::Kind kind) { return kind == abi::Kind::Money || kind == abi::Kind::Quantity; }
bool is_counted(abi::Kind kind) {
  return is_summed(kind) || kind == abi::Kind::Decimal || kind == abi::Kind::Percent;
}

unsigned __int128 distance(Int128 a, Int128 b) {
  const auto high = static_cast<unsigned __int128>(std::max(a, b));
  return high - static_cast<unsigned __int128>(std::min(a, b));
}

}  // namespace

Totals::Totals(const abi::Types& types, abi::TypeId payload) : types_(types), payload_(payload) {
  const auto& fields = types[payload].fields;
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool optional = types[fields[i].type].kind == abi::Kind::Optional;
    const abi::TypeId type = optional ? types[fields[i].type].element : fields[i].type;
    if (is_counted(types[type].kind)) fields_.push_back({fields[i].name, type, i, optional, {}});
  }
}

void Totals::add(const std::string& target, std::string_view packed_payload) {
  targets_.push_back(target);
  if (fields_.empty()) return;
  abi::Arena arena;
  const auto payload = abi::unpack_value(types_, payload_, packed_payload, arena);
  if (!payload) return;
  for (Field& field : fields_) {
    abi::Cell cell = arena.cells(abi::reference_of(*payload))[field.index];
    if (field.optional && cell.bits == 0) continue;
    if (field.optional) cell = *arena.cells(abi::reference_of(cell));
    field.values.emplace_back(cell.bits, targets_.size() - 1);
  }
}

Json Totals::shown(const Field& field) const {
  const abi::Arena nothing;
  const auto amount = [&](Int128 units) {
    return Json::parse(abi::value_to_json(types_, field.type, nothing, abi::Cell{units}));
  };
  Json json = {{"name", field.name}, {"count", field.values.size()}};
  if (field.values.empty()) return json;
  auto values = field.values;
  std::ranges::sort(values);
  const Int128 median = values[(values.size() - 1) / 2].first;
  std::expected<Int128, Fault> sum = 0;
  for (const auto& [units, line] : values) {
    if (sum) sum = decimal_add(*sum, units);
  }
  if (sum && is_summed(types_[field.type].kind)) json["sum"] = amount(*sum);
  json["lowest"] = amount(values.front().first);
  json["median"] = amount(median);
  json["highest"] = amount(values.back().first);
  const size_t most = std::min(kOutliersMost, values.size());
  std::ranges::partial_sort(values, values.begin() + static_cast<ptrdiff_t>(most),
                            [&](const auto& a, const auto& b) {
                              const auto left = distance(a.first, median), right = distance(b.first, median);
                              return left != right ? left > right : a.second < b.second;
                            });
  Json outliers = Json::array();
  for (size_t i = 0; i < most && values[i].first != median; ++i)
    outliers.push_back({{"target", targets_[values[i].second]}, {"value", amount(values[i].first)}});
  json["outliers"] = std::move(outliers);
  return json;
}

Json Totals::fields() const {
  Json json = Json::array();
  for (const Field& field : fields_) json.push_back(shown(field));
  return json;
}

}  // namespace endcap
