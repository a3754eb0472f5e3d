// An engine that does nothing but answer: enough for the API and the shell.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/engine/engine.h"

namespace endcap::test {

class FakeEngine final : public Engine {
 public:
  void start(StartRequest request) override {
    if (request.workflow == "Unknown")
      return request.reply(
          std::unexpected(Refusal{Refusal::Kind::NotFound, "there is no workflow \"Unknown\""}));
    if (request.workflow == "Full")
      return request.reply(
          std::unexpected(Refusal{Refusal::Kind::Overloaded, "too many starts are waiting"}));
    if (request.workflow == "DiskFull")
      return request.reply(
          std::unexpected(Refusal{Refusal::Kind::Overloaded, "7 bytes are free in /data", 10, true}));
    if (request.workflow == "Silent") return;
    if (request.workflow == "Waiting") return waiting.push_back(std::move(request.reply));
    said.push_back("start " + request.workflow + " " + request.arguments_json + " " + request.request_id);
    request.reply(R"({"id":17})");
  }
  void event(EventRequest request) override {
    said.push_back("event " + request.source + " " + request.id + " " + request.type + " " +
                   request.data_json);
    if (request.type == "unknown")
      return request.reply(std::unexpected(Refusal{Refusal::Kind::Invalid, "nobody knows it"}));
    request.reply(R"({"event":")" + request.id + R"("})");
  }
  void inbound(InboundRequest request) override {
    said.push_back("inbound " + request.interface + " " + std::to_string(request.version) + " " +
                   request.operation + " " + request.partner_kind + " " + request.partner + " " +
                   request.key + " " + request.arguments_json);
    if (request.key == "used")
      return request.reply(std::unexpected(Refusal{Refusal::Kind::Conflict, "it was used"}));
    request.reply(R"({"accepted":true})");
  }
  void decide(DecisionRequest request) override {
    said.push_back("decide " + std::to_string(request.task) + " " + request.person + " " +
                   std::to_string(static_cast<int>(request.what)) + " " + request.reason + request.answers +
                   request.except + request.to);
    if (request.person == "eve")
      return request.reply(std::unexpected(Refusal{Refusal::Kind::Denied, "eve may not"}));
    if (request.task == 9)
      return request.reply(std::unexpected(Refusal{Refusal::Kind::Conflict, "it is decided"}));
    request.reply(R"({"task":1,"status":"done"})");
  }
  void resume(ResumeRequest request) override { request.reply(R"({"id":1})"); }
  void settle_held(HeldRequest request) override {
    said.push_back("held " + std::to_string(request.item) + (request.drop ? " drop " : " resend ") +
                   request.person + " " + request.reason);
    if (request.person == "eve")
      return request.reply(std::unexpected(Refusal{Refusal::Kind::Denied, "eve may not"}));
    request.reply(R"({"item":4,"status":"sentAgain"})");
  }
  void call_finished(CallReply reply) override {
    finished.push_back(std::move(reply));
    work = true;
  }
  void show_as_of(Instant) override {}
  bool drain(Instant now) override {
    last = now;
    return std::exchange(work, false);
  }
  void settle() override {}
  bool apply() override {
    applied_by = std::this_thread::get_id();
    return to_apply.exchange(0) > 0;
  }
  size_t bytes_to_apply() const override { return to_apply; }
  std::optional<std::string> failure() const override { return why; }
  std::vector<std::pair<PartitionId, CallRequest>> take_calls() override { return std::exchange(calls, {}); }
  std::optional<Instant> next_due() override { return due; }
  bool busy() const override { return work || !calls.empty(); }
  Instant last_time() const override { return last; }
  Instant acknowledged_time() const override { return last; }
  void keep_time() override { ++kept; }
  std::vector<std::string> undecidable() override { return {}; }
  std::expected<std::string, Refusal> show(const std::string& name, const std::string& key) override {
    said.push_back("show " + name + " " + key);
    return R"({"id":17})";
  }
  std::expected<std::string, Refusal> list(const std::string& filter) override {
    return R"({"filter":)" + filter + "}";
  }
  std::expected<std::string, Refusal> history(uint64_t instance, uint64_t from, uint32_t limit) override {
    return "[" + std::to_string(instance) + "," + std::to_string(from) + "," + std::to_string(limit) + "]";
  }
  std::expected<std::string, Refusal> tasks(const std::string& filter) override {
    return R"({"filter":)" + filter + "}";
  }
  std::expected<std::string, Refusal> schedules() override { return R"({"schedules":[]})"; }
  std::expected<std::string, Refusal> routes() override { return routes_json; }
  std::expected<std::string, Refusal> held(const std::string& of, uint64_t after, uint32_t limit) override {
    return "[\"" + of + "\"," + std::to_string(after) + "," + std::to_string(limit) + "]";
  }
  std::expected<std::string, Refusal> held_item(uint64_t number) override {
    return R"({"item":)" + std::to_string(number) + "}";
  }
  std::vector<std::string> take_notices() override { return std::exchange(notices, {}); }
  std::expected<std::string, Refusal> task(uint64_t number) override {
    return R"({"task":)" + std::to_string(number) + "}";
  }
  std::expected<std::string, Refusal> lines(uint64_t task, const std::string& after,
                                            uint32_t limit) override {
    if (after == "lost") return std::unexpected(Refusal{Refusal::Kind::Invalid, "no page begins there"});
    return "[" + std::to_string(task) + ",\"" + after + "\"," + std::to_string(limit) + "]";
  }
  const Counters& counters() const override { return counted; }
  Pressure pressure() const override { return under; }

  Pressure under;
  std::vector<JsonReply> waiting;  // for the test to answer
  std::vector<std::string> said;
  std::vector<CallReply> finished;
  std::vector<std::pair<PartitionId, CallRequest>> calls;
  std::optional<Instant> due;
  std::optional<std::string> why;
  std::string routes_json = R"({"routes":[],"syncs":[]})";
  std::vector<std::string> notices;
  Instant last = 0;
  int kept = 0;  // times that the shell had the time kept
  bool work = false;
  std::atomic<size_t> to_apply{0};
  std::atomic<std::thread::id> applied_by;
  Counters counted;
};

// A journal without records.
class FakeJournal final : public Journal {
 public:
  std::expected<Opened, JournalError> open(PartitionId, NodeId) override { return Opened{}; }
  void append(PartitionId, Epoch, Position, BatchId, std::string, Completion) override {}
  bool sync() override {
    if (appended == 0) return false;
    synced_by = std::this_thread::get_id();
    std::this_thread::sleep_for(takes);
    return appended.exchange(0) > 0;
  }
  size_t waiting_bytes() const override { return appended; }
  std::unique_ptr<Cursor> tail(PartitionId, Position) override { return nullptr; }
  void trim(PartitionId, Position) override {}

  std::atomic<size_t> appended{0};  // bytes
  std::chrono::milliseconds takes{0};
  std::atomic<std::thread::id> synced_by;
};

// Keeps calls until the test answers them.
class FakeConnector final : public Connector {
 public:
  struct Call {
    CallRequest request;
    std::function<void(uint64_t, CallResult)> done;
  };
  explicit FakeConnector(std::vector<Call>& calls) : calls_(calls) {}
  void start(CallRequest request, std::function<void(uint64_t, CallResult)> done) override {
    calls_.push_back({std::move(request), std::move(done)});
  }

 private:
  std::vector<Call>& calls_;
};

}  // namespace endcap::test
