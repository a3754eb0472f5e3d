// One partitioned log on a simulated disk, and what a correct log must still hold after whatever happened to
// it.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

#include "runtime/journal/local_log.h"
#include "runtime/journal/simulated_disk.h"

namespace endcap::test {

inline std::string payload(std::string_view text) {
  return encode_operations({{Table::Instance, std::string(text), std::string(text)}});
}

inline std::unique_ptr<Journal> must_open(Disk& disk, const LocalLogOptions& options,
                                          RecoveryReport* report = nullptr) {
  auto log = open_local_log(disk, options, report);
  REQUIRE_MESSAGE(log.has_value(), (log ? "" : log.error().message));
  return std::move(*log);
}

inline std::vector<Record> read_all(Journal& log, PartitionId partition, Position from = 1) {
  std::vector<Record> records;
  auto cursor = log.tail(partition, from);
  Record record;
  while (true) {
    auto more = cursor->next(record);
    REQUIRE_MESSAGE(more.has_value(), (more ? "" : more.error().message));
    if (!*more) return records;
    records.push_back(record);
  }
}

// Appends one record and syncs; gives what the log answered.
inline Ack append_one(Journal& log, PartitionId partition, const Opened& opened, Position expected,
                      std::string_view text) {
  Ack answer = Ack::Unknown;
  log.append(partition, opened.epoch, expected, 1, payload(text), [&](Ack ack) { answer = ack; });
  log.sync();
  return answer;
}

}  // namespace endcap::test
