// What an instance was moved without, and the new version needs: `let x = reread` of an `upgrades from`
// clause. It is read when the instance goes on and not when it is moved: what waits costs nothing, and reads
// what is true then. Its wait is over by that time; what ended it is kept until all has been read.
#include <fmt/format.h>

#include "runtime/engine/partition.h"

namespace endcap {

void Partition::read_first(rows::Instance row, Input input) {
  row.status = rows::Instance::Status::Rereading;
  row.rereads_begun = true;
  row.held_tag = input.tag;
  row.held_detail = input.detail;
  row.held_input = std::move(input.value);
  row.held_type = input.type;
  row.held_call = std::move(input.call);
  begin_reread(row);
}

void Partition::begin_reread(rows::Instance& row) {
  const rows::Reread& next = row.rereads.front();
  const abi::WaitPoint& point = wait_point(row);
  rows::Pending call;
  call.purpose = rows::Pending::Purpose::Reread;
  call.root = row.root;
  call.instance = row.number;
  call.flight = row.flight;
  call.what = static_cast<uint32_t>(next.kind == abi::ReadKind::Operation ? CallRequest::What::Operation
                                    : next.kind == abi::ReadKind::View    ? CallRequest::What::View
                                                                          : CallRequest::What::Navigation);
  call.target = next.target;
  if (next.kind == abi::ReadKind::Operation) call.payload_type = program().operations[next.target].payload;
  call.payload = next.payload;
  call.result = point.live.at(next.slot).type;
  call.path = point.path;
  call.element = row.element;
  row.call = open_call(std::move(call));
  put(row);
}

void Partition::reread_timer(const rows::Timer& timer) {
  auto row = instance(timer.root, timer.number);
  if (row && row->status == rows::Instance::Status::Rereading) reread_next(std::move(*row));
}

// Goes on with what its wait ended in once nothing is owed any more: a newer version may need none of it.
void Partition::reread_next(rows::Instance row) {
  if (!row.rereads.empty()) return begin_reread(row);
  Input held{row.held_tag, row.held_detail, std::move(row.held_input), row.held_type,
             std::move(row.held_call)};
  row.status = rows::Instance::Status::Waiting;
  row.rereads_begun = false;
  row.held_tag = row.held_detail = 0;
  row.held_type = abi::kNoType;
  row.held_input.clear();
  row.held_call.clear();
  put(row);
  resume(row.root, row.number, std::move(held));
}

void Partition::reread_finished(const rows::Pending& call, Input input) {
  auto row = instance(call.root, call.instance);
  if (!row || row->status != rows::Instance::Status::Rereading || row->call != call.number) return;
  row->call = 0;
  const std::string name = wait_point(*row).live.at(row->rereads.front().slot).name;
  const auto suspend = [&](rows::Instance::Status status, const std::string& why) {
    const Input held{row->held_tag, row->held_detail, row->held_input, row->held_type, row->held_call};
    hold(std::move(*row), held, status, fmt::format("`{}` could not be read again: {}", name, why));
  };
  if (input.tag != abi::Ok) return suspend(rows::Instance::Status::Suspended, failed_text(input));
  std::string problem;
  if (!fill_slot(*row, input, problem)) return suspend(rows::Instance::Status::Quarantined, problem);
  note(*row, "reread", {{"value", name}, {"from", target_name(call)}});
  reread_next(std::move(*row));
}

// Puts what was read where a place was kept for it.
bool Partition::fill_slot(rows::Instance& row, const Input& input, std::string& problem) {
  abi::Arena arena;
  abi::FrameHeader header;
  std::vector<abi::TypeId> slots;
  for (const abi::Slot& slot : wait_point(row).live) slots.push_back(slot.type);
  const uint32_t slot = row.rereads.front().slot;
  auto cells = abi::load_frame(types(), slots, row.frame, arena, header);
  auto value = cells ? abi::unpack_value(types(), slots.at(slot), input.value, arena)
                     : std::expected<abi::Cell, Fault>(std::unexpected(cells.error()));
  if (!value) {
    problem = value.error().detail;
    return false;
  }
  (*cells)[slot] = *value;
  std::vector<abi::Blob> blobs;
  auto frame = abi::pack_frame(types(), slots, *cells, arena, header, blobs);
  if (!frame) {
    problem = frame.error().detail;
    return false;
  }
  row.frame = std::move(*frame);
  keep_blobs(row.root, std::move(blobs));
  row.rereads.erase(row.rereads.begin());
  return true;
}

}  // namespace endcap
