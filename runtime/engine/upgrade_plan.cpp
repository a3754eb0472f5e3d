// A plan in words and as JSON.
#include "runtime/engine/upgrade_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace endcap {
namespace {

std::string counted(uint64_t count) { return count == 1 ? "1 stands" : fmt::format("{} stand", count); }

std::string obstacles_text(const UpgradePlan::Stand& stand) {
  std::string text;
  for (const auto& [obstacle, count] : stand.obstacles) {
    text += fmt::format("    {}{}\n      = {}\n", obstacle.why,
                        count == stand.count ? std::string() : fmt::format(" ({} of them)", count),
                        obstacle.remedy);
  }
  return text;
}

}  // namespace

bool UpgradePlan::strands() const {
  return std::ranges::any_of(stands, [](const auto& each) { return !each.second.obstacles.empty(); });
}

void UpgradePlan::add(const UpgradePlan& other) {
  families += other.families;
  unmoved += other.unmoved;
  for (const auto& [place, stand] : other.stands) {
    Stand& mine = stands[place];
    mine.count += stand.count;
    mine.new_version = stand.new_version;
    if (mine.now.empty()) mine.now = stand.now;
    for (const auto& [obstacle, count] : stand.obstacles) mine.obstacles[obstacle] += count;
  }
}

std::string why_stranded(const UpgradePlan& plan) {
  std::string text;
  for (const auto& [place, stand] : plan.stands) {
    if (stand.obstacles.empty()) continue;
    text += fmt::format("  {} version {}, {}: {} there and could not go on\n", place.workflow, place.version,
                        place.path, counted(stand.count));
    text += obstacles_text(stand);
  }
  return text;
}

std::string to_text(const UpgradePlan& plan) {
  std::string text;
  for (const auto& [place, stand] : plan.stands) {
    const std::string where = fmt::format("{} version {}, {}", place.workflow, place.version, place.path);
    if (!stand.obstacles.empty()) {
      text += fmt::format("{}: {} there and could not go on\n", where, counted(stand.count)) +
              obstacles_text(stand);
    } else {
      text += fmt::format("{}: {} there and {} on at {} of version {}\n", where, counted(stand.count),
                          stand.count == 1 ? "goes" : "go", stand.now, stand.new_version);
    }
  }
  for (const std::string& approval : plan.undecidable)
    text += fmt::format("{}, and nobody could decide that\n", approval);
  return text;
}

std::string to_json(const UpgradePlan& plan) {
  nlohmann::ordered_json stands = nlohmann::ordered_json::array();
  for (const auto& [place, stand] : plan.stands) {
    nlohmann::ordered_json obstacles = nlohmann::ordered_json::array();
    for (const auto& [obstacle, count] : stand.obstacles)
      obstacles.push_back({{"message", obstacle.why}, {"remedy", obstacle.remedy}, {"count", count}});
    stands.push_back(
        {{"workflow", place.workflow},
         {"version", place.version},
         {"wait_point", place.path},
         {"count", stand.count},
         {"verdict", stand.obstacles.empty() ? "maps" : "strands"},
         {"to", stand.obstacles.empty() ? nlohmann::ordered_json(stand.now) : nlohmann::ordered_json()},
         {"to_version",
          stand.obstacles.empty() ? nlohmann::ordered_json(stand.new_version) : nlohmann::ordered_json()},
         {"obstacles", std::move(obstacles)}});
  }
  return nlohmann::ordered_json{{"strands", plan.strands()},
                                {"families", plan.families},
                                {"families_of_this_version", plan.unmoved},
                                {"places", std::move(stands)},
                                {"undecidable", plan.undecidable}}
             .dump(2) +
         "\n";
}

}  // namespace endcap
