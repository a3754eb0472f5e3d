// Sweeps over combinations of lists. Which of them match is found a stretch at a time, with the place it has
// come to in the same record: a crash goes on there, and nobody waits long for a large one. What matches is
// kept as a few bytes, and elements are made of it a batch at a time, as those of every fan-out.
#include "runtime/engine/sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/matches.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr uint64_t kCombinationsMax = uint64_t{1} << 32;
// What ends with its family ends in one drain, with all that its elements wait for.
constexpr uint64_t kMatchesMax = uint64_t{1} << 16;
constexpr uint64_t kLooksPerDrain = uint64_t{1} << 17;  // some milliseconds of a compiled guard
constexpr uint64_t kLooksPerCall = uint64_t{1} << 14;   // what a guard computes on the way goes after each
constexpr size_t kLoadedMax = 4;

std::string matches_key(uint64_t root, uint64_t group, uint64_t before) {
  return rows::pair_key(root, group) + "m" + rows::big_endian(before);
}

const abi::WaitPoint& point_of(const abi::Program& program, const rows::Group& group) {
  return program.machines[group.machine].states[group.state];
}

}  // namespace

// ---------------------------------------------------------------- what is loaded

LoadedSweep::LoadedSweep(const abi::Program& program, const rows::Group& group, const rows::GroupInput& input,
                         abi::BlobSource* blobs)
    : workspace_(std::make_unique<abi::Workspace>(program, blobs)) {
  const abi::WaitPoint& point = point_of(program, group);
  abi::Arena& arena = workspace_->arena();
  CHECK(input.lists.size() == point.elements.size() && input.captures.size() == point.operands.size());
  for (size_t i = 0; i < point.operands.size(); ++i) {
    const std::string& packed = i < input.lists.size() ? input.lists[i] : input.captures[i];
    if (packed.empty()) {  // what the guard was given, when there is nothing more to look at
      operands_.emplace_back();
      continue;
    }
    auto cell = abi::unpack_value(program.types, point.operands[i], packed, arena);
    CHECK(cell.has_value());
    operands_.push_back(*cell);
  }
  for (size_t i = 0; i < input.lists.size(); ++i)
    lists_.push_back(
        abi::find_list_cells(arena, program.types, point.operands[i], operands_[i], nullptr).value());
  loaded_ = arena.size();
}

abi::Cell LoadedSweep::element(size_t list, uint64_t place) const {
  CHECK(place < lists_[list].count);
  return arena().cells(lists_[list].first)[place];
}

bool LoadedSweep::look(const abi::Program& program, const abi::Branch& guard,
                       const std::vector<uint64_t>& places, uint64_t from, uint64_t to, Instant now,
                       std::vector<uint64_t>& matching) {
  abi::Context& context = workspace_->context();
  abi::Arena& arena = workspace_->arena();
  arena.rewind(loaded_);
  const size_t last = lists_.size() - 1;
  abi::Cell* slot = context.frame;
  for (uint32_t i = 0; i < guard.capture_count; ++i) *slot++ = operands_[guard.first_capture + i];
  for (size_t i = 0; i < last; ++i) *slot++ = element(i, places[i]);
  *slot++ = operands_[last];
  *slot++ = abi::Cell{static_cast<Int128>(from)};
  *slot++ = abi::Cell{static_cast<Int128>(to)};
  context.input = abi::Cell();
  context.input_tag = abi::Start;
  context.input_detail = 0;
  context.fault = 0;
  context.fault_place = {};
  context.now = now;
  context.machine = guard.machine;
  context.arena_base = arena.base();
  const abi::Exit exit = program.machines[guard.machine].advance(&context, 0);
  if (exit == abi::Exit::Faulted) return false;
  CHECK(exit == abi::Exit::Yield);
  const auto list = static_cast<abi::Reference>(context.operands[0].bits);
  if (list == 0) return true;
  abi::ListHeader header;
  std::memcpy(&header, arena.at(list), sizeof header);
  for (uint32_t i = 0; i < header.count; ++i)
    matching.push_back(static_cast<uint64_t>(arena.cells(list)[i + 1].bits));
  return true;
}

LoadedSweep* LoadedSweeps::find(uint64_t root, uint64_t group) {
  const auto found =
      std::ranges::find_if(kept_, [&](const Kept& kept) { return kept.root == root && kept.group == group; });
  if (found == kept_.end()) return nullptr;
  std::rotate(found, found + 1, kept_.end());
  return kept_.back().sweep.get();
}

LoadedSweep& LoadedSweeps::keep(uint64_t root, uint64_t group, LoadedSweep sweep) {
  if (kept_.size() == kLoadedMax) kept_.erase(kept_.begin());
  kept_.push_back({root, group, std::make_unique<LoadedSweep>(std::move(sweep))});
  return *kept_.back().sweep;
}

void LoadedSweeps::drop(uint64_t root, uint64_t group) {
  std::erase_if(kept_, [&](const Kept& kept) { return kept.root == root && kept.group == group; });
}

// ---------------------------------------------------------------- the partition

LoadedSweep& Partition::loaded(const rows::Group& group) {
  if (LoadedSweep* known = sweeps_.find(group.root, group.number)) return *known;
  const auto input = find<rows::GroupInput>(Table::Group, rows::pair_key(group.root, group.number) + "i");
  CHECK(input.has_value());
  return sweeps_.keep(group.root, group.number, LoadedSweep(program(), group, *input, &blobs_));
}

bool Partition::freeze_lists(const abi::WaitPoint& point, rows::Group& group, rows::GroupInput& input,
                             Json& counts, std::string& problem) {
  group.combinations = 1;
  for (uint32_t i = 0; i < point.elements.size(); ++i) {
    auto list = abi::find_list_cells(workspace_.arena(), types(), point.operands[i], operand(i), &blobs_);
    if (!list) {
      problem = list.error().detail;
      return false;
    }
    counts.push_back(list->count);
    group.combinations *= list->count;
    if (group.combinations > kCombinationsMax) {
      problem = fmt::format("a sweep over more than {} combinations is too large", kCombinationsMax);
      return false;
    }
    input.lists.push_back(packed_operand(point, i));
    if (input.lists.back().size() > abi::kPayloadBytesMax) {
      problem = fmt::format("a sweep over a list of {} bytes is too large", input.lists.back().size());
      return false;
    }
  }
  return true;
}

// Once more round when it has come to `kLooksPerDrain`: whoever else waits comes first.
void Partition::look_on(rows::Group group) {
  auto row = instance(group.root, group.instance);
  if (!row || row->status != rows::Instance::Status::Waiting) return;  // a person must look first
  const auto go_on = [&] { schedule(now_, {rows::Timer::Kind::FanOutGoesOn, group.root, group.number}); };
  if (looks_ >= kLooksPerDrain) return go_on();
  const abi::WaitPoint& point = point_of(program(), group);
  blobs_.root = group.root;
  LoadedSweep& sweep = loaded(group);
  ++state_.counters.steps;
  const uint64_t first = group.looked_at;
  const uint64_t end = std::min(group.combinations, first + kLooksPerDrain - looks_);
  const uint64_t inner = sweep.lists().back().count;
  std::vector<uint64_t> found, matching;
  for (uint64_t at = first; at < end;) {
    const std::vector<uint64_t> places = places_in(at, sweep.lists());
    const uint64_t from = places.back();
    const uint64_t to = std::min({from + (end - at), inner, from + kLooksPerCall});
    matching.clear();
    if (!sweep.look(program(), point.branches[1], places, from, to, now_, matching)) {
      const std::string reason = fault_text(sweep.context());
      return hold(std::move(*row), Input{abi::Start}, rows::Instance::Status::Quarantined, reason);
    }
    for (const uint64_t place : matching) found.push_back(at + (place - from) - first);
    at += to - from;
  }
  looks_ += end - first;
  if (group.count + found.size() > kMatchesMax) {
    return hold(std::move(*row), Input{abi::Start}, rows::Instance::Status::Quarantined,
                fmt::format("more than {} combinations match", kMatchesMax));
  }
  if (!found.empty())
    put(Table::Group, matches_key(group.root, group.number, group.count),
        rows::Matches{first, found.size(), pack_matches(found, end - first)});
  group.count += found.size();
  group.looked_at = end;
  put(Table::Group, rows::pair_key(group.root, group.number), group);
  if (!group.looks())
    note(group.root, "swept", group.instance, point.path, group.element,
         {{"combinations", group.combinations}, {"matching", group.count}, {"parallel", point.parallel}});
  go_on();
}

// The matches that stand where elements are made now. Each row of them is taken away with its last element.
std::vector<uint64_t> Partition::matches_now(const rows::Group& group) {
  const auto row = find<rows::Matches>(Table::Group, matches_key(group.root, group.number, group.matches));
  CHECK(row.has_value());
  std::vector<uint64_t> combinations = unpack_matches(row->packed);
  CHECK(combinations.size() == row->count);
  for (uint64_t& each : combinations) each += row->first;
  return combinations;
}

void Partition::matches_used(rows::Group& group) {
  const std::string key = matches_key(group.root, group.number, group.matches);
  const auto row = find<rows::Matches>(Table::Group, key);
  CHECK(row.has_value());
  if (group.created < group.matches + row->count) return;
  overlay_.erase(Table::Group, key);
  group.matches = group.created;
}

}  // namespace endcap
