// What a machine holds, in the order of the wait point that took the place of its own.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/abi/frame.h"
#include "runtime/engine/translate.h"

namespace endcap {
namespace {

std::vector<abi::TypeId> slot_types(const abi::Machine& machine, uint32_t state) {
  const auto& slots =
      state == 0 && !machine.parameters.empty() ? machine.parameters : machine.states.at(state).live;
  std::vector<abi::TypeId> types;
  for (const abi::Slot& slot : slots) types.push_back(slot.type);
  return types;
}

class FrameMove {
 public:
  FrameMove(Translation& t, rows::Instance& row, const abi::PointUpgrade& point, uint32_t machine)
      : t_(t),
        row_(row),
        point_(point),
        machine_(machine),
        old_types_(slot_types(t.before.machines.at(row.machine), row.state)),
        types_(slot_types(t.after.machines.at(machine), point.state)) {}

  void run() {
    abi::FrameHeader header;
    auto old = abi::load_frame(t_.before.types, old_types_, row_.frame, arena_, header);
    if (!old) return damaged(old.error());
    old_ = std::move(*old);
    CHECK(types_.size() == point_.slots.size());
    for (uint32_t i = 0; i < types_.size(); ++i) {
      if (!value(i)) return;
      if (t_.after.types[types_[i]].kind == abi::Kind::Grant)
        t_.held.insert(static_cast<uint64_t>(cells_.back().bits));
    }
    header.machine = static_cast<uint16_t>(machine_);
    header.state = static_cast<uint16_t>(point_.state);
    header.program = rows::from_big_endian(t_.after.hash);
    std::vector<abi::Blob> blobs;
    auto packed = abi::pack_frame(t_.after.types, types_, cells_, arena_, header, blobs);
    if (!packed) return damaged(packed.error());
    CHECK(blobs.empty());  // large lists left when the frame was first packed
    abi::Arena again;
    auto checked = abi::load_frame(t_.after.types, types_, *packed, again, header);
    if (!checked) return damaged(checked.error());
    row_.frame = std::move(*packed);
    row_.rereads = std::move(rereads_);
  }

 private:
  void damaged(const Fault& fault) {
    t_.cannot("its frame can't be read: " + fault.detail, "restore the data from a backup");
  }

  bool value(uint32_t slot) {
    const abi::SlotSource& source = point_.slots[slot];
    if (source.reread) return read_again(slot, *source.reread);
    if (source.slot) {
      if (const rows::Reread* owed = owed_for(*source.slot); owed && !owe(slot, *owed)) return false;
      cells_.push_back(old_.at(*source.slot));
      return true;
    }
    auto given = abi::unpack_value(t_.after.types, types_[slot], source.value, arena_);
    if (!given) return damaged(given.error()), false;
    cells_.push_back(*given);
    return true;
  }

  // What an earlier version wanted to be read again, and nobody has gone on since.
  const rows::Reread* owed_for(uint32_t old_slot) const {
    const auto found = std::ranges::find(row_.rereads, old_slot, &rows::Reread::slot);
    return found == row_.rereads.end() ? nullptr : &*found;
  }

  bool owe(uint32_t slot, rows::Reread reread) {
    const auto looks = [](const abi::Subscription& event) { return event.guard_state.has_value(); };
    if (std::ranges::any_of(t_.after.machines.at(machine_).states.at(point_.state).events, looks)) {
      t_.cannot(fmt::format("`{}` has not been read again yet, and the condition of an event may look at it",
                            slot_name(slot)),
                "let it go on under the version before");
      return false;
    }
    translate(t_, reread);
    reread.slot = slot;
    rereads_.push_back(std::move(reread));
    return t_.obstacles.empty();
  }

  bool read_again(uint32_t slot, const abi::SlotSource::Reread& source) {
    const std::string& name = slot_name(slot);
    std::vector<abi::Cell> key;
    const auto& fields = t_.after.types[source.payload].fields;
    for (size_t i = 0; i < source.cells.size(); ++i) {
      const auto& from = source.cells[i];
      if (!from.slot) {
        auto written = abi::unpack_value(t_.after.types, fields[i].type, from.value, arena_);
        if (!written) return damaged(written.error()), false;
        key.push_back(*written);
        continue;
      }
      if (const rows::Reread* owed = owed_for(*from.slot)) {
        if (is_the_same(*owed, source)) {
          cells_.push_back(placeholder(types_[slot]));
          return owe(slot, *owed);
        }
        t_.cannot(
            fmt::format("`{}` is to be read again, and what finds it has not been read again yet", name),
            "let it go on under the version before, or give the value in the clause");
        return false;
      }
      const abi::Cell held = old_.at(*from.slot);
      key.push_back(from.field ? arena_.cells(static_cast<abi::Reference>(held.bits))[*from.field] : held);
    }
    const abi::Reference record = arena_.allocate(static_cast<uint32_t>(key.size() * sizeof(abi::Cell)));
    std::ranges::copy(key, arena_.cells(record));
    rows::Reread owed;
    owed.slot = slot;
    owed.kind = source.kind;
    owed.target = source.target;
    owed.payload = abi::pack_value(t_.after.types, source.payload, arena_, abi::Cell{record}, nullptr);
    rereads_.push_back(std::move(owed));
    cells_.push_back(placeholder(types_[slot]));
    return true;
  }

  // An entity that has not been read yet is no key to itself: it is read by the one that was found before.
  bool is_the_same(const rows::Reread& owed, const abi::SlotSource::Reread& source) const {
    const auto by_itself = [&](const auto& cell) { return cell.slot == owed.slot; };
    return owed.kind == abi::ReadKind::View && source.kind == abi::ReadKind::View &&
           t_.upgrade.views.at(owed.target) == source.target && std::ranges::all_of(source.cells, by_itself);
  }

  const std::string& slot_name(uint32_t slot) const {
    return t_.after.machines.at(machine_).states.at(point_.state).live.at(slot).name;
  }

  // Nobody looks at it: the machine is not resumed before it has been read. But frames have no empty slots.
  abi::Cell placeholder(abi::TypeId type) {
    const abi::Type& described = t_.after.types[type];
    if (described.least && *described.least > 0) return abi::Cell{*described.least};
    if (described.most && *described.most < 0) return abi::Cell{*described.most};
    if (described.kind != abi::Kind::Record) return {};
    std::vector<abi::Cell> cells;
    for (const abi::Field& field : described.fields) cells.push_back(placeholder(field.type));
    const abi::Reference record = arena_.allocate(static_cast<uint32_t>(cells.size() * sizeof(abi::Cell)));
    std::ranges::copy(cells, arena_.cells(record));
    return abi::Cell{record};
  }

  Translation& t_;
  rows::Instance& row_;
  const abi::PointUpgrade& point_;
  uint32_t machine_;
  std::vector<abi::TypeId> old_types_, types_;
  abi::Arena arena_;
  std::vector<abi::Cell> old_, cells_;
  std::vector<rows::Reread> rereads_;
};

}  // namespace

void move_frame(Translation& t, rows::Instance& row, const abi::PointUpgrade& point, uint32_t machine) {
  FrameMove(t, row, point, machine).run();
}

}  // namespace endcap
