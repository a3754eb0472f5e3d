// Elements that fail alone: counted, their own writes taken back when they say so. When more have failed than
// are tolerated no element is begun, what is in flight settles, and the machine that fanned out hears of it.
// Such an element has nothing that runs beside it, the compiler sees to that; below it is a workflow that it
// runs, if any.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr uint64_t kMillion = 1'000'000;

bool is_beyond(const abi::Tolerance& tolerance, uint64_t failed, uint64_t count) {
  if (!tolerance.share) return failed > tolerance.amount;
  return static_cast<Int128>(failed) * kMillion > static_cast<Int128>(tolerance.amount) * count;
}

}  // namespace

bool Partition::fails_alone(const rows::Instance& row) {
  if (row.group == 0) return false;
  const auto group = find<rows::Group>(Table::Group, rows::pair_key(row.root, row.group));
  return group && program().machines[group->machine].states[group->state].tolerate.has_value();
}

void Partition::fail_element(rows::Instance row, const abi::Outcome& outcome, const std::string& value,
                             bool compensate) {
  note(row, "elementFailed",
       {{"outcome", outcome.name}, {"value", Json::parse(value)}, {"compensate", compensate}});
  clear_wait(row, true);
  row.status = rows::Instance::Status::Failing;
  row.outcome = outcome.name;
  row.value = value;
  row.failure = true;
  row.compensate = compensate;
  row.deadline = 0;
  row.frame.clear();
  put(row);
  element_settled(row);
}

// What it wrote, and the workflows that it ran, is taken back before it counts.
void Partition::element_settled(const rows::Instance& row) {
  if (row.compensate && take_back(row.root, row.number)) return;
  const std::string key = rows::pair_key(row.root, row.group);
  auto group = find<rows::Group>(Table::Group, key);
  CHECK(group.has_value());
  overlay_.erase(Table::Instance, rows::pair_key(row.root, row.number));
  ++group->done;
  ++group->failed;
  const auto& tolerance = program().machines[group->machine].states[group->state].tolerate;
  if (!group->stopping && tolerance && is_beyond(*tolerance, group->failed, group->count))
    stop_elements(*group);
  put(Table::Group, key, *group);
  if (is_over(*group)) join(*group);
}

// Those that have something in flight end when its outcome is known, those that take back what they wrote
// when that is done; the others end now.
void Partition::stop_elements(rows::Group& group) {
  group.stopping = true;
  uint64_t stopped = 0, settling = 0, lost = 0;
  const std::map<uint64_t, Below> below = below_elements(group);
  for (const auto& [key, bytes] : overlay_.collect(Table::Instance, rows::big_endian(group.root))) {
    if (rows::from_big_endian(std::string_view(key).substr(8)) == 0) continue;
    auto row = rows::decode<rows::Instance>(key, bytes);
    if (row.group != group.number || row.status == rows::Instance::Status::Failing) continue;
    if (row.is_lost()) ++lost;
    if (const auto found = below.find(row.number); row.fan_out != 0 && found != below.end())
      row.leaving = stop_below(row, found->second);
    row.call = cancel_wait(row);
    if (row.call != 0) ++row.leaving;
    if (row.leaving != 0) {
      row.status = rows::Instance::Status::Stopping;
      row.deadline = 0;
      row.frame.clear();
      put(row);
      ++settling;
      continue;
    }
    overlay_.erase(Table::Instance, key);
    ++group.done;
    ++stopped;
  }
  if (auto whole = family(group.root); whole && lost > 0) {
    whole->suspended -= std::min(lost, whole->suspended);
    put(*whole);
  }
  const abi::WaitPoint& point = program().machines[group.machine].states[group.state];
  note(group.root, "tooManyFailed", group.instance, point.path, group.element,
       {{"failed", group.failed}, {"count", group.count}, {"stopped", stopped}, {"settling", settling}});
}

// By element; every row of the family is read once, however many elements there are.
std::map<uint64_t, Partition::Below> Partition::below_elements(const rows::Group& group) {
  std::map<uint64_t, Below> below;
  // An element stands in the lineage right behind the machine that has the loop.
  const auto element_in = [&](const std::vector<uint64_t>& lineage) -> std::optional<uint64_t> {
    const auto owner = std::ranges::find(lineage, group.instance);
    if (owner == lineage.end() || owner + 1 == lineage.end()) return std::nullopt;
    return *(owner + 1);
  };
  for (const auto& [key, bytes] : overlay_.collect(Table::Group, rows::big_endian(group.root))) {
    if (key.size() != 2 * sizeof(uint64_t)) continue;  // its input
    auto inner = rows::decode<rows::Group>(bytes);
    if (const auto element = element_in(inner.lineage)) below[*element].groups.push_back(std::move(inner));
  }
  for (const auto& [key, bytes] : overlay_.collect(Table::Instance, rows::big_endian(group.root))) {
    if (rows::from_big_endian(std::string_view(key).substr(8)) == 0) continue;
    auto row = rows::decode<rows::Instance>(key, bytes);
    const auto element = element_in(row.lineage);
    if (element && *element != row.number) below[*element].machines.push_back(std::move(row));
  }
  return below;
}

// The workflow that the element runs: one that has ended already comes to its end, and takes back what it
// says; otherwise it is cancelled, but for its calls in flight. Gives how many there are to settle.
uint64_t Partition::stop_below(const rows::Instance& row, const Below& below) {
  for (const rows::Instance& run : below.machines) {
    if (run.parent == row.number && run.status == rows::Instance::Status::Ending) return 1;
  }
  return cancel(row.root, below);
}

void Partition::element_stopped(const rows::Instance& row) {
  overlay_.erase(Table::Instance, rows::pair_key(row.root, row.number));
  const std::string key = rows::pair_key(row.root, row.group);
  auto group = find<rows::Group>(Table::Group, key);
  CHECK(group.has_value());
  ++group->done;
  put(Table::Group, key, *group);
  if (is_over(*group)) join(*group);
}

}  // namespace endcap
