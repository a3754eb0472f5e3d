// The ordered log of the partitions. A record is outcomes: absolute puts and deletes, so that recovery never runs workflow code and
// replaying twice changes nothing. Nothing leaves the node (replies, effects, reads by others) before its record's `Ok`.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/store/store.h"

namespace endcap {

using Epoch = uint64_t;
using BatchId = uint64_t;
using NodeId = uint64_t;

enum class Ack : uint8_t {
  Ok,       // on stable storage
  Fenced,   // another owner took over: throw the overlay away
  Unknown,  // a sync failed: the process must stop and recover; it never syncs again and hopes
};
using Completion = std::function<void(Ack)>;

struct Opened { Epoch epoch = 0; Position tail = 0; };  // tail: last position, 0 when empty

// What the log can still take on its disk. It says so before anything has to wait.
struct Room {
  enum class Level : uint8_t {
    Enough,
    Low,   // what comes next has no place to go: what was promised goes on in the reserve, nothing new should begin
    None,  // the reserve is used up, too: records wait, and go on when there is room
  } level = Level::Enough;
  uint64_t free_bytes = 0;     // of the disk
  uint64_t reserve_bytes = 0;  // the log has already: of its segments, and the ballast
  std::string folder;
};

struct Record {
  PartitionId partition = 0;
  Position position = 0;
  Epoch epoch = 0;
  BatchId batch_id = 0;
  std::string bytes;          // encode_operations(...)
};

struct JournalError {
  enum class Kind : uint8_t { Io, Corrupt, InUse, WrongFormat, Full } kind;
  std::string message;        // names file, offset and partition where there is one, and what to do
};

// Reads records of one partition in order; `next` gives false at the end.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual std::expected<bool, JournalError> next(Record& record) = 0;
};

struct LogImage;

inline constexpr uint32_t kRecordBytesMax = 64u << 20;

class Journal {
 public:
  virtual ~Journal() = default;
  // Fences the old owner by a record of the next epoch without operations: `tail` is its position, and the store applies it like any other.
  virtual std::expected<Opened, JournalError> open(PartitionId, NodeId) = 0;
  // Asynchronous and in order. `expected` is the position of the partition's last record; the new one gets expected + 1.
  // The completion runs on the thread that calls `sync` and may append, but not sync. `bytes` are at most kRecordBytesMax.
  virtual void append(PartitionId, Epoch, Position expected, BatchId, std::string bytes, Completion) = 0;
  // Writes and syncs everything appended so far, then completes it. The step function of the shell, on one thread or another; gives false
  // when there was nothing to do, and then does what nobody waits for: call it until it does. What the disk has no room for is
  // not completed and waits for a later call.
  virtual bool sync() = 0;
  virtual size_t waiting_bytes() const = 0;  // appended, and not taken by a `sync`
  virtual Room room() const { return {}; }  // as of the last `sync`
  // Somebody else on this disk has no room: the next `sync` gives up what the log holds for such times.
  virtual void give_way() {}
  virtual std::unique_ptr<Cursor> tail(PartitionId, Position from) = 0;
  virtual void trim(PartitionId, Position up_to) = 0;                          // keeps the last record
  // What is acknowledged when `meanwhile` has run, and nothing that stood there before it ran is trimmed (log_image.h). From any thread.
  virtual std::expected<LogImage, JournalError> image(const std::function<void()>& meanwhile);
  // Why records were completed with Unknown: the process must stop with this message. Empty while all is well.
  virtual std::optional<JournalError> failure() const { return {}; }
};

// What a record says. Operations that are too many for one are the parts of several in a row, which count together or not at all:
// those of a group whose last one is not there, because the process ended before, say nothing.
struct RecordOperations {
  std::vector<RowOperation> operations;
  uint32_t part = 1, parts = 1;
};

std::string encode_operations(const std::vector<RowOperation>& operations);
// As records of at most `bytes_max` each, with how many of the operations each holds. A row that is larger has one to itself; the error is
// one that is larger than kRecordBytesMax, in words.
struct EncodedPart { std::string bytes; size_t operations = 0; };
std::expected<std::vector<EncodedPart>, std::string> encode_parts(const std::vector<RowOperation>& operations, size_t bytes_max);
std::expected<RecordOperations, JournalError> decode_operations(std::string_view bytes);

}  // namespace endcap
