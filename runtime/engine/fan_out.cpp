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
  Json lists = Json::array();
  if (point.kind == abi::WaitKind::ForEach) {
    auto list = abi::find_list_cells(workspace_.arena(), types(), point.operands[0], operand(0), &blobs_);
    if (!list) {
      problem = list.error().detail;
      return false;
    }
    group.count = list->count;
    input.list = packed_operand(point, 0);
    bytes += input.list.size();
  } else if (point.kind == abi::WaitKind::Sweep) {
    if (!freeze_lists(point, group, input, lists, problem)) return false;
  } else {
    group.count = point.branches.size();
  }
  const size_t frozen = point.kind == abi::WaitKind::ForEach ? 1 : input.lists.size();
  for (uint32_t i = 0; i < point.operands.size(); ++i) {
    input.captures.push_back(i < frozen ? std::string() : packed_operand(point, i));
    bytes += input.captures.back().size();
  }
  if (bytes > abi::kPayloadBytesMax) {
    problem = fmt::format("a fan-out over {} bytes is too large", bytes);
    return false;
  }
  row.fan_out = group.number;
  holds(row.root, rows::Family::Groups);
  put(Table::Group, rows::pair_key(row.root, group.number), group);
  put(Table::Group, input_key(row.root, group.number), input);
  if (point.kind == abi::WaitKind::Run) {
    note(row, "runs", {{"workflow", program().workflows[point.target].name}});
  } else if (point.kind == abi::WaitKind::Sweep) {
    note(row, "sweeps", {{"combinations", group.combinations}, {"lists", lists}});
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
  if (!group || group->stopping) return sweeps_.drop(root, number);
  if (group->looks()) return look_on(std::move(*group));
  if (group->count == 0) return join(*group);
  const abi::WaitPoint& point = program().machines[group->machine].states[group->state];
  abi::Arena arena;
  const std::vector<Element> elements = next_elements(*group, point, arena);
  const uint64_t first = group->created;
  group->created += elements.size();
  if (point.kind == abi::WaitKind::Sweep) matches_used(*group);
  put(Table::Group, key, *group);
  if (group->created < group->count) schedule(now_, {rows::Timer::Kind::FanOutGoesOn, root, number});
  for (uint64_t i = 0; i < elements.size(); ++i) {
    const Element& element = elements[i];
    rows::Instance child;
    child.element = group->element;
    if (!element.name.empty()) child.element += (child.element.empty() ? "" : " ") + element.name;
    auto frame = make_frame(element.branch->machine, element.cells, *element.arena, root);
    child.root = root;
    child.number = next_number();
    child.parent = group->instance;
    child.lineage = group->lineage;
    child.lineage.push_back(child.number);
    child.group = number;
    child.index = first + i;
    child.flight = group->flight;
    child.machine = element.branch->machine;
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
    now->created = first + i + 1;
    put(Table::Group, key, *now);
    return is_over(*now) ? join(*now) : void();
  }
}

// A batch of those that have not begun. What they are given stands in `arena`, or in that of their sweep.
std::vector<Partition::Element> Partition::next_elements(const rows::Group& group,
                                                         const abi::WaitPoint& point, abi::Arena& arena) {
  std::vector<Element> elements;
  const uint64_t first = group.created, end = std::min(group.count, first + kChildrenPerDrain);
  const auto captured = [](const abi::Branch& branch, const std::vector<abi::Cell>& operands) {
    const auto from = operands.begin() + branch.first_capture;
    return std::vector<abi::Cell>(from, from + branch.capture_count);
  };
  if (point.kind == abi::WaitKind::Sweep) {
    const LoadedSweep& sweep = loaded(group);
    const std::vector<uint64_t> combinations = matches_now(group);
    for (uint64_t i = first; i < end && i - group.matches < combinations.size(); ++i) {
      Element element{&point.branches[0], captured(point.branches[0], sweep.operands()), &sweep.arena(), {}};
      const std::vector<uint64_t> places = places_in(combinations[i - group.matches], sweep.lists());
      for (size_t list = 0; list < places.size(); ++list) {
        const abi::Cell cell = sweep.element(list, places[list]);
        // As those of a loop in a loop.
        element.name +=
            (list == 0 ? "" : " ") + element_name(sweep.arena(), point.elements[list], cell, places[list]);
        element.cells.push_back(cell);
      }
      elements.push_back(std::move(element));
    }
    return elements;
  }
  const auto input = find<rows::GroupInput>(Table::Group, input_key(group.root, group.number));
  CHECK(input.has_value());
  std::vector<abi::Cell> operands;
  abi::ListCells list;
  for (uint32_t i = 0; i < point.operands.size(); ++i) {
    const bool is_list = i == 0 && !input->list.empty();
    auto cell =
        abi::unpack_value(types(), point.operands[i], is_list ? input->list : input->captures[i], arena);
    CHECK(cell.has_value());
    operands.push_back(*cell);
    if (is_list) list = abi::find_list_cells(arena, types(), point.operands[0], *cell, nullptr).value();
  }
  for (uint64_t i = first; i < end; ++i) {
    const bool each = point.kind == abi::WaitKind::ForEach;
    const abi::Branch& branch = point.branches[each ? 0 : i];
    Element element{&branch, captured(branch, operands), &arena, {}};
    if (each) {
      const abi::Cell cell = arena.cells(list.first)[i];
      element.name = element_name(arena, point.element, cell, i);
      element.cells.push_back(cell);
    }
    elements.push_back(std::move(element));
  }
  return elements;
}

// By its key; where that is long, by its place.
std::string Partition::element_name(const abi::Arena& arena, abi::TypeId type, abi::Cell element,
                                    uint64_t place) const {
  constexpr size_t kNameBytesMax = 60;
  std::string name = abi::key_text(arena, types(), type, element, nullptr);
  return name.size() > kNameBytesMax ? fmt::format("#{}", place + 1) : name;
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
  if (point.kind == abi::WaitKind::Sweep) {  // too many failed: there may be more that match
    erase_all(Table::Group, key);
    sweeps_.drop(group.root, group.number);
  }
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
