// Elements and branches: children of their own in the parent's partition, made a batch a drain, joined by a
// count.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr uint64_t kChildrenPerDrain = 64;  // so that 600 stores do not make one giant record

std::string input_key(uint64_t root, uint64_t group) { return rows::pair_key(root, group) + "i"; }

}  // namespace

bool Partition::park_fan_out(rows::Instance& row, const abi::WaitPoint& point, std::string& problem) {
  rows::Group group;
  group.number = next_number();
  group.root = row.root;
  group.instance = row.number;
  group.machine = row.machine;
  group.state = row.state;
  group.element = row.element;
  group.lineage = row.lineage;
  group.began = now_;
  group.flight = point.parallel > 0 ? group.number : row.flight;
  rows::GroupInput input;
  size_t bytes = 0;
  if (point.kind == abi::WaitKind::ForEach) {
    auto list = abi::find_list_cells(workspace_.arena(), types(), point.operands[0], operand(0), &blobs_);
    if (!list) {
      problem = list.error().detail;
      return false;
    }
    group.count = list->count;
    input.list = packed_operand(point, 0);
    bytes += input.list.size();
  } else {
    group.count = point.branches.size();
  }
  for (uint32_t i = 0; i < point.operands.size(); ++i) {
    const bool is_list = i == 0 && point.kind == abi::WaitKind::ForEach;
    input.captures.push_back(is_list ? std::string() : packed_operand(point, i));
    bytes += input.captures.back().size();
  }
  if (bytes > abi::kPayloadBytesMax) {
    problem = fmt::format("a fan-out over {} bytes is too large", bytes);
    return false;
  }
  row.fan_out = group.number;
  put(Table::Group, rows::pair_key(row.root, group.number), group);
  put(Table::Group, input_key(row.root, group.number), input);
  if (point.kind == abi::WaitKind::Run) {
    note(row, "runs", {{"workflow", program().workflows[point.target].name}});
  } else {
    note(row, "fannedOut", {{"count", group.count}, {"parallel", point.parallel}});
  }
  // The first batch is made by a timer that is due: this machine's frame is not put down yet.
  schedule(now_, {rows::Timer::Kind::FanOutGoesOn, row.root, group.number});
  return true;
}

void Partition::fan_out_goes_on(uint64_t root, uint64_t number) {
  const std::string key = rows::pair_key(root, number);
  auto group = find<rows::Group>(Table::Group, key);
  if (!group || group->stopping) return;
  if (group->count == 0) return join(*group);
  const abi::WaitPoint& point = program().machines[group->machine].states[group->state];
  const auto input = find<rows::GroupInput>(Table::Group, input_key(root, number));
  CHECK(input.has_value());
  abi::Arena arena;
  std::vector<abi::Cell> captures;
  abi::ListCells elements;
  for (uint32_t i = 0; i < point.operands.size(); ++i) {
    const bool is_list = i == 0 && !input->list.empty();
    auto cell =
        abi::unpack_value(types(), point.operands[i], is_list ? input->list : input->captures[i], arena);
    CHECK(cell.has_value());
    captures.push_back(*cell);
    if (is_list) elements = abi::find_list_cells(arena, types(), point.operands[0], *cell, nullptr).value();
  }
  const uint64_t first = group->created, end = std::min(group->count, first + kChildrenPerDrain);
  group->created = end;
  put(Table::Group, key, *group);
  if (end < group->count) schedule(now_, {rows::Timer::Kind::FanOutGoesOn, root, number});
  for (uint64_t i = first; i < end; ++i) {
    const abi::Branch& branch = point.kind == abi::WaitKind::ForEach ? point.branches[0] : point.branches[i];
    std::vector<abi::Cell> cells(captures.begin() + branch.first_capture,
                                 captures.begin() + branch.first_capture + branch.capture_count);
    rows::Instance child;
    child.element = group->element;
    if (point.kind == abi::WaitKind::ForEach) {
      const abi::Cell element = arena.cells(elements.first)[i];
      cells.push_back(element);
      const std::string name = abi::key_text(arena, types(), point.element, element, nullptr);
      child.element +=
          (child.element.empty() ? "" : " ") + (name.size() > 60 ? fmt::format("#{}", i + 1) : name);
    }
    auto frame = make_frame(branch.machine, cells, arena, root);
    child.root = root;
    child.number = next_number();
    child.parent = group->instance;
    child.lineage = group->lineage;
    child.lineage.push_back(child.number);
    child.group = number;
    child.index = i;
    child.flight = group->flight;
    child.machine = branch.machine;
    child.since = now_;
    if (!frame) {
      hold(std::move(child), Input{abi::Start}, rows::Instance::Status::Quarantined,
           "an element is too large for a frame");
      continue;
    }
    child.frame = std::move(*frame);
    step(std::move(child), Input{abi::Start});
    auto now = find<rows::Group>(Table::Group, key);
    if (!now) return;  // the element ended the family, or the run around it
    if (!now->stopping) continue;
    now->created = i + 1;
    put(Table::Group, key, *now);
    return is_over(*now) ? join(*now) : void();
  }
}

void Partition::end_child(const rows::Instance& ended, abi::Exit exit, const std::string& value) {
  rows::Instance row = ended;
  leave_dues(row, {});
  for (const std::string& key : row.scopes) overlay_.erase(Table::Subscription, key);
  overlay_.erase(Table::Instance, rows::pair_key(row.root, row.number));
  if (row.group == 0) return;  // a handler
  const std::string key = rows::pair_key(row.root, row.group);
  auto group = find<rows::Group>(Table::Group, key);
  if (!group) return;
  ++group->done;
  if (exit == abi::Exit::Skip) {
    ++group->skipped;
    note(row, "skipped", {});
  }
  if (exit == abi::Exit::Yield) overlay_.put(Table::Result, key + rows::big_endian(row.index), value);
  put(Table::Group, key, *group);
  if (is_over(*group)) join(*group);
}

void Partition::join(const rows::Group& group) {
  const abi::WaitPoint& point = program().machines[group.machine].states[group.state];
  Input input{group.stopping ? abi::TooManyFailed : abi::Ok};
  if (!group.stopping && point.collects && point.input != abi::kNoType) {
    input.type = point.input;
    input.value = collected(group, point.input);
  }
  const std::string key = rows::pair_key(group.root, group.number);
  erase_all(Table::Result, key);
  overlay_.erase(Table::Group, key);
  overlay_.erase(Table::Group, input_key(group.root, group.number));
  flights_.erase(group.number);
  note(group.root, "joined", group.instance, point.path, group.element,
       {{"count", group.count}, {"skipped", group.skipped}, {"failed", group.failed}});
  resume(group.root, group.instance, std::move(input));
}

// The yielded values in the order of the elements, as one packed list.
std::string Partition::collected(const rows::Group& group, abi::TypeId list) {
  abi::Arena arena;
  std::vector<abi::Cell> cells;
  for (const auto& [key, value] : overlay_.collect(Table::Result, rows::pair_key(group.root, group.number))) {
    auto cell = abi::unpack_value(types(), types()[list].element, value, arena);
    CHECK(cell.has_value());
    cells.push_back(*cell);
  }
  if (cells.empty()) return abi::pack_value(types(), list, arena, abi::Cell(), nullptr);
  const uint32_t size = static_cast<uint32_t>((cells.size() + 1) * sizeof(abi::Cell));
  const abi::Reference object = arena.allocate(size);
  const abi::ListHeader header{static_cast<uint32_t>(cells.size()), 0, 0, 0};
  std::memcpy(arena.at(object), &header, sizeof header);
  std::copy(cells.begin(), cells.end(), arena.cells(object) + 1);
  return abi::pack_value(types(), list, arena, abi::Cell{object}, nullptr);
}

}  // namespace endcap
