// Plays the engine for one machine at a time: starts it, shows where it stands, resumes it. Every value goes
// through packed bytes and every advance through a packed frame and a fresh arena, as it does in the engine.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/abi/program.h"
#include "runtime/abi/value_json.h"

namespace endcap::ir::testing {

using nlohmann::json;

// Where an advance left a machine.
struct Standing {
  abi::Exit exit = abi::Exit::Faulted;
  std::string path;  // Park: of the wait point
  const abi::WaitPoint* point = nullptr;
  std::vector<json> operands;       // Park
  std::vector<std::string> packed;  // Park: the same as packed values
  std::vector<std::string> live;    // Park: names of the frame's slots
  std::string outcome;              // Finish, Fail
  bool compensate = false;
  json record;  // Finish, Fail, Yield
  std::vector<int64_t> rows;  // Yield of a delivery: one a policy
  FaultKind fault = FaultKind::None;
  abi::SourcePlace fault_place;
};

class Blobs : public abi::BlobSource {
 public:
  std::expected<std::string, Fault> load_blob(const abi::BlobHash& hash) override {
    auto found = bytes.find(hash);
    if (found == bytes.end()) return std::unexpected(Fault{FaultKind::Defect, "no such blob"});
    return found->second;
  }
  std::map<abi::BlobHash, std::string> bytes;
};

class Instance {
 public:
  // `given`: the values of the machine's parameters, packed. `yields`: the type an element yields, known to
  // who collects.
  Instance(std::shared_ptr<const abi::Program> program, uint32_t machine,
           const std::vector<std::string>& given, Instant now, abi::TypeId yields = abi::kNoType)
      : program_(std::move(program)), machine_(machine), now_(now), yields_(yields) {
    abi::Workspace workspace(*program_, &blobs_);
    const auto& parameters = description().parameters;
    REQUIRE(given.size() == parameters.size());
    std::vector<abi::Cell> cells;
    for (size_t i = 0; i < given.size(); ++i) {
      cells.push_back(
          abi::unpack_value(program_->types, parameters[i].type, given[i], workspace.arena()).value());
    }
    pack(0, cells, workspace.arena());
    advance(0, abi::Tag::Start, abi::kNoType, {}, 0);
  }

  const Standing& at() const { return standing_; }
  const Standing* operator->() const { return &standing_; }
  const std::string& frame() const { return frame_; }
  void time(Instant now) { now_ = now; }

  Instance& ok(const json& value = {}) { return resume(abi::Tag::Ok, standing_.point->input, value); }
  Instance& rejected(uint32_t rejection = 0) {
    return resume(abi::Tag::Rejected, abi::kNoType, {}, rejection);
  }
  Instance& unavailable() { return resume(abi::Tag::Unavailable, abi::kNoType, {}); }
  Instance& expired() { return resume(abi::Tag::Expired, abi::kNoType, {}); }
  Instance& refused() { return resume(abi::Tag::Refused, abi::kNoType, {}); }
  Instance& countered(const json& offer) {
    return resume(abi::Tag::Countered, standing_.point->offered, offer);
  }
  Instance& changed(const json& facts) {
    return resume(abi::Tag::Changed, program_->policies[standing_.point->policy].facts, facts);
  }
  Instance& event(uint32_t index, const json& record) {
    const abi::Subscription& subscription = standing_.point->events[index];
    return resume(abi::Tag::EventBase + index, program_->events[subscription.event].record, record);
  }

  // A workflow that was run has ended.
  Instance& ended(const std::string& outcome, const json& record) {
    const auto& outcomes = program_->workflows[standing_.point->target].outcomes;
    for (uint32_t i = 0; i < outcomes.size(); ++i) {
      if (outcomes[i].name == outcome) return resume(abi::Tag::OutcomeBase + i, outcomes[i].record, record);
    }
    FAIL("no outcome ", outcome);
    return *this;
  }

  // What the guard of an event of this wait says.
  bool hears(uint32_t index, const json& record) {
    const abi::Subscription& subscription = standing_.point->events[index];
    REQUIRE(subscription.guard_state.has_value());
    return guard(*subscription.guard_state, program_->events[subscription.event].record, record);
  }
  bool guard(uint32_t state, abi::TypeId type, const json& record) {
    abi::Workspace workspace(*program_, &blobs_);
    load(workspace, description().states[state].live);
    abi::Context& context = workspace.context();
    context.input = abi::value_from_json(program_->types, type, record.dump(), workspace.arena()).value();
    context.arena_base = workspace.arena().base();
    abi::Exit exit = description().advance(&context, state);
    REQUIRE((exit == abi::Exit::GuardTrue || exit == abi::Exit::GuardFalse));
    return exit == abi::Exit::GuardTrue;
  }

  // A child of the wait this machine stands at: the element of a list, a branch, or a handler with its event.
  Instance element(size_t index) const {
    const abi::Branch& branch = standing_.point->branches.at(0);
    std::vector<std::string> given = captures(branch.first_capture, branch.capture_count);
    given.push_back(element_of(standing_.packed[0], standing_.point->operands[0], index));
    abi::TypeId yields =
        standing_.point->collects ? program_->types[standing_.point->input].element : abi::kNoType;
    return {program_, branch.machine, given, now_, yields};
  }
  Instance branch(size_t index) const {
    const abi::Branch& branch = standing_.point->branches.at(index);
    return {program_, branch.machine, captures(branch.first_capture, branch.capture_count), now_};
  }
  Instance handler(size_t index, const json& record) const {
    const abi::Subscription& event = standing_.point->events.at(index);
    std::vector<std::string> given = captures(event.first_capture, event.capture_count);
    given.push_back(packed(*program_, program_->events[event.event].record, record));
    return {program_, *event.machine, given, now_};
  }

  static std::string packed(const abi::Program& program, abi::TypeId type, const json& value) {
    abi::Workspace workspace(program, nullptr);
    auto cell = abi::value_from_json(program.types, type, value.dump(), workspace.arena());
    if (!cell) FAIL("not a value: ", cell.error().detail, " in ", value.dump());
    return abi::pack_value(program.types, type, workspace.arena(), *cell, nullptr);
  }

 private:
  const abi::Machine& description() const { return program_->machines[machine_]; }

  std::vector<std::string> captures(uint32_t first, uint32_t count) const {
    return {standing_.packed.begin() + first, standing_.packed.begin() + first + count};
  }
  std::string element_of(const std::string& list, abi::TypeId type, size_t index) const {
    abi::Workspace workspace(*program_, nullptr);
    abi::Cell cell = abi::unpack_value(program_->types, type, list, workspace.arena()).value();
    auto cells = abi::list_cells(workspace.arena(), program_->types, type, cell, nullptr).value();
    REQUIRE(index < cells.size());
    return abi::pack_value(program_->types, program_->types[type].element, workspace.arena(), cells[index],
                           nullptr);
  }

  static std::vector<abi::TypeId> types_of(const std::vector<abi::Slot>& slots) {
    std::vector<abi::TypeId> types;
    for (const abi::Slot& slot : slots) types.push_back(slot.type);
    return types;
  }

  void pack(uint32_t state, const std::vector<abi::Cell>& cells, const abi::Arena& arena) {
    abi::FrameHeader header;
    header.machine = static_cast<uint16_t>(machine_);
    header.state = static_cast<uint16_t>(state);
    std::vector<abi::Blob> blobs;
    auto frame = abi::pack_frame(program_->types, types_of(description().states[state].live), cells, arena,
                                 header, blobs, &blobs_);
    if (!frame) FAIL("frame: ", frame.error().detail);
    for (abi::Blob& blob : blobs) blobs_.bytes[blob.hash] = std::move(blob.bytes);
    frame_ = std::move(*frame);
  }
  void load(abi::Workspace& workspace, const std::vector<abi::Slot>& slots) {
    abi::FrameHeader header;
    auto cells = abi::load_frame(program_->types, types_of(slots), frame_, workspace.arena(), header);
    if (!cells) FAIL("frame: ", cells.error().detail);
    abi::Context& context = workspace.context();
    std::copy(cells->begin(), cells->end(), context.frame);
    context.program = program_.get();
    context.machine = machine_;
    context.now = now_;
    context.arena_base = workspace.arena().base();
  }

  Instance& resume(uint32_t tag, abi::TypeId type, const json& value, uint32_t detail = 0) {
    REQUIRE(standing_.exit == abi::Exit::Park);
    advance(state_, tag, type, value, detail);
    return *this;
  }

  void advance(uint32_t state, uint32_t tag, abi::TypeId type, const json& value, uint32_t detail) {
    abi::Workspace workspace(*program_, &blobs_);
    load(workspace, description().states[state].live);
    abi::Context& context = workspace.context();
    context.input_tag = tag;
    context.input_detail = detail;
    if (type != abi::kNoType) {
      auto cell = abi::value_from_json(program_->types, type, value.dump(), workspace.arena());
      if (!cell) FAIL("input: ", cell.error().detail, " in ", value.dump());
      context.input = *cell;
      context.arena_base = workspace.arena().base();
    }
    stand(description().advance(&context, state), context, workspace.arena());
  }

  void stand(abi::Exit exit, abi::Context& context, abi::Arena& arena) {
    standing_ = {};
    standing_.exit = exit;
    if (exit == abi::Exit::Park) {
      state_ = context.next_state;
      const abi::WaitPoint& point = description().states[state_];
      standing_.point = &point;
      standing_.path = point.path;
      REQUIRE(context.operand_count == point.operands.size());
      for (size_t i = 0; i < point.operands.size(); ++i) {
        standing_.operands.push_back(
            json::parse(abi::value_to_json(program_->types, point.operands[i], arena, context.operands[i])));
        standing_.packed.push_back(
            abi::pack_value(program_->types, point.operands[i], arena, context.operands[i], &blobs_));
      }
      for (const abi::Slot& slot : point.live) standing_.live.push_back(slot.name);
      pack(state_, {context.frame, context.frame + context.frame_count}, arena);
    } else if (exit == abi::Exit::Finish || exit == abi::Exit::Fail) {
      const abi::Outcome& outcome = program_->outcomes_of(description())[context.outcome];
      standing_.outcome = outcome.name;
      standing_.compensate = context.compensate != 0;
      standing_.record =
          json::parse(abi::value_to_json(program_->types, outcome.record, arena, context.operands[0]));
    } else if (exit == abi::Exit::Yield) {
      standing_.record =
          json::parse(abi::value_to_json(program_->types, yields_, arena, context.operands[0]));
      for (uint32_t i = 1; i < context.operand_count; ++i)
        standing_.rows.push_back(static_cast<int64_t>(context.operands[i].bits));
    } else if (exit == abi::Exit::Faulted) {
      standing_.fault = static_cast<FaultKind>(context.fault);
      standing_.fault_place = context.fault_place;
    }
  }

  std::shared_ptr<const abi::Program> program_;
  uint32_t machine_;
  uint32_t state_ = 0;
  Instant now_;
  std::string frame_;
  Blobs blobs_;
  Standing standing_;
  abi::TypeId yields_;
};

}  // namespace endcap::ir::testing
