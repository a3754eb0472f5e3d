// Readers that wait for their page, in a folder that a daemon then opens; and pages for them.
#include "tests/bench/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "tests/bench/daemon.h"
#include "tests/bench/http_client.h"
#include "tests/bench/one_thread.h"
#include "tests/bench/progress.h"

namespace endcap::bench {
namespace {

constexpr uint64_t kFewReaders = 1000, kEvents = 100'000, kInBatch = 500;
constexpr uint32_t kBatchSenders = 8, kEventSenders = 100;
constexpr uint64_t kStride = 7919;  // a prime: events go to readers all over the store

enum class Sent { InBatches, OneByOne };

std::string page_event(uint64_t number, uint64_t readers) {
  return fmt::format(
      R"({{"specversion":"1.0","id":"e{}","source":"/bench","type":"bench.note.read","data":{{"Note":"N{}"}}}})",
      number, number * kStride % readers);
}

// A folder with readers, and the daemon that opens it.
class Library {
 public:
  Library(const std::shared_ptr<const abi::Program>& program, const EventsBench& bench, uint64_t readers)
      : folder_(bench.folder), readers_(readers) {
    std::filesystem::remove_all(folder_);
    {
      OneThread world(program, folder_, hours_ago(2));
      world.fill("Reader", 0, readers,
                 [](uint64_t number) { return fmt::format(R"({{"note":"N{}"}})", number); });
    }
    daemon_.emplace(DaemonOptions{.command = bench.command, .project = bench.project, .data = bench.folder});
  }
  ~Library() {
    daemon_.reset();
    std::filesystem::remove_all(folder_);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Events a second until each has woken its reader and that is durable. They come in waves, of which nobody
  // hears two: who has just read waits for what is stored after that.
  double rate(uint64_t events, uint64_t wave, Sent how) {
    Progress progress(fmt::format("events to {} readers", readers_), events);
    const uint64_t steps = daemon_->counter("steps_total");
    const double begin = seconds_now();
    for (uint64_t sent = 0; sent < events; sent += wave) {
      send_wave(wave, how);
      progress.at(sent);
    }
    const double seconds = seconds_now() - begin;
    if (daemon_->counter("steps_total") - steps < events) throw std::runtime_error("an event woke nobody");
    return static_cast<double>(events) / seconds;
  }
  uint64_t refused() const { return refused_; }

 private:
  void send_wave(uint64_t count, Sent how) {
    const uint64_t last = next_ + count;
    const bool batches = how == Sent::InBatches;
    HttpLoad load{.port = daemon_->port(), .connections = batches ? kBatchSenders : kEventSenders};
    load.next = [&]() -> std::optional<std::string> {
      if (next_ >= last) return std::nullopt;
      if (!batches)
        return http_request("POST", "/v1/events", page_event(next_++, readers_),
                            "application/cloudevents+json");
      std::string batch;
      for (uint64_t i = 0; i < kInBatch && next_ < last; ++i)
        batch += (batch.empty() ? "[" : ",") + page_event(next_++, readers_);
      return http_request("POST", "/v1/events", batch + "]", "application/cloudevents-batch+json");
    };
    refused_ += run_http_load(load).refused;
    daemon_->wait_until_idle();
  }

  std::filesystem::path folder_;
  uint64_t readers_, next_ = 0, refused_ = 0;
  std::optional<Daemon> daemon_;
};

}  // namespace

std::vector<Figure> bench_events(const std::shared_ptr<const abi::Program>& program,
                                 const EventsBench& bench) {
  const uint64_t few_readers = std::min(kFewReaders, bench.waiting);
  const uint64_t events = std::min(kEvents, 10 * few_readers);
  double few[2], many[2], whole[2];
  const Sent ways[2] = {Sent::InBatches, Sent::OneByOne};
  {
    Library library(program, bench, few_readers);
    for (int i = 0; i < 2; ++i) few[i] = library.rate(events, few_readers, ways[i]);
  }
  Library library(program, bench, bench.waiting);
  const uint64_t at_once = std::min(kEvents, bench.waiting);
  for (int i = 0; i < 2; ++i) whole[i] = library.rate(at_once, at_once, ways[i]);
  for (int i = 0; i < 2; ++i) many[i] = library.rate(events, few_readers, ways[i]);

  const std::string what = fmt::format(
      "{} events, {} waiting, each wakes one; stored, followed, matched, and that durable; block "
      "cache 64 MB",
      at_once, bench.waiting);
  const std::string than =
      fmt::format("cost of an event, in waves of {} with the daemon idle between; limit: with {} waiting",
                  few_readers, few_readers);
  return {{"events",
           whole[0],
           "1/s",
           {},
           fmt::format("in batches of {}, {} connections; {}", kInBatch, kBatchSenders, what)},
          {"events/cost", 1e6 / many[0], "us", 1e6 / few[0], than},
          {"events/one",
           whole[1],
           "1/s",
           {},
           fmt::format("one a POST, {} connections; {} were refused and sent again", kEventSenders,
                       library.refused())},
          {"events/one/cost", 1e6 / many[1], "us", 1e6 / few[1], "the same"}};
}

}  // namespace endcap::bench
