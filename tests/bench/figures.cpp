// Printing figures.
#include "tests/bench/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

namespace endcap::bench {

std::string table(const std::vector<Figure>& figures) {
  std::string text = fmt::format("{:<26} {:>14} {:<10} {:>14} {:>7}  {}\n", "figure", "value", "unit",
                                 "limit", "ratio", "what");
  for (const Figure& figure : figures) {
    const std::string limit = figure.limit ? fmt::format("{:.4g}", *figure.limit) : "";
    const std::string ratio =
        figure.limit && *figure.limit != 0 ? fmt::format("{:.2f}", figure.value / *figure.limit) : "";
    text += fmt::format("{:<26} {:>14.4g} {:<10} {:>14} {:>7}  {}\n", figure.name, figure.value, figure.unit,
                        limit, ratio, figure.note);
  }
  return text;
}

std::string json(const std::vector<Figure>& figures) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Figure& figure : figures) {
    nlohmann::ordered_json one{{"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
    one["limit"] = figure.limit ? nlohmann::ordered_json(*figure.limit) : nlohmann::ordered_json();
    one["ratio"] = figure.limit && *figure.limit != 0 ? nlohmann::ordered_json(figure.value / *figure.limit)
                                                      : nlohmann::ordered_json();
    one["note"] = figure.note;
    list.push_back(std::move(one));
  }
  return list.dump(2);
}

double percentile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  std::ranges::sort(samples);
  return samples[std::min(samples.size() - 1,
                          static_cast<size_t>(share * static_cast<double>(samples.size())))];
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace endcap::bench
