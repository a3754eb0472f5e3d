// What the segments of a local log say after a restart.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <vector>

#include "runtime/journal/local_log.h"
#include "runtime/journal/log_format.h"

namespace endcap {

struct Segment {
  log_format::SegmentHeader header;
  std::string name;
  std::shared_ptr<File> file;
  std::map<PartitionId, Position> last;  // highest position of each partition in it
};

struct RecordPlace {
  std::shared_ptr<Segment> segment;
  uint64_t offset = 0;
  uint32_t size = 0;  // of the bytes
};

// One partition's accepted records: positions first, first + 1, ...
struct PartitionLog {
  Epoch epoch = 0;
  Position first = 0;                // 0: none
  std::vector<RecordPlace> records;  // [i] is position first + i
  Position last() const { return first == 0 ? 0 : first + records.size() - 1; }
};

struct RecoveredLog {
  std::vector<std::shared_ptr<Segment>> segments;  // in order; empty: a new log
  std::vector<PartitionLog> partitions;
  uint32_t chain = 0;  // checksum of the last record
  uint64_t end = 0;    // offset in the last segment where the next batch begins
};

// Reads and checks everything, cuts a torn tail, rewrites and syncs what may not be on stable storage,
// removes stale segments.
std::expected<RecoveredLog, JournalError> recover_log(Disk& disk, const LocalLogOptions& options,
                                                      RecoveryReport& report);

JournalError journal_error(const DiskError& error);

}  // namespace endcap
