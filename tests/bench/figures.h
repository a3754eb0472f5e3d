// A figure of a bench and how a list of them is printed: a table for people, JSON for machines.
#pragma once

#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace endcap::bench {

struct Figure {
  std::string name;  // "steps/400"
  double value = 0;
  std::string unit;             // "steps/s"
  std::optional<double> limit;  // what the machine itself did in the same run, same unit
  std::string note;             // what exactly was done
};

// One line a figure, with the ratio to its limit.
std::string table(const std::vector<Figure>& figures);
// [{name, value, unit, limit, ratio, note}]
std::string json(const std::vector<Figure>& figures);

// What a bench can't go on without; throws its error's message.
template <typename T, typename E>
T must(std::expected<T, E> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double percentile(std::vector<double>& samples, double share);  // sorts; 0 for no samples
double seconds_now();                                           // CLOCK_MONOTONIC

}  // namespace endcap::bench
