// Recovery of the local log: see recovery.h and docs/design.md, section 4 "Recovery".
#include "runtime/journal/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "runtime/value/mutation.h"

namespace endcap {

using namespace log_format;

JournalError journal_error(const DiskError& error) {
  if (is_full(error)) {
    return {JournalError::Kind::Full,
            fmt::format(
                "The disk of the journal is full ({}). Nothing acknowledged is lost: free some space, then "
                "start again.",
                error.message)};
  }
  return {
      JournalError::Kind::Io,
      fmt::format(
          "The journal's disk failed ({}). Nothing acknowledged is lost: mend the cause, then start again.",
          error.message)};
}

namespace {

constexpr std::string_view kDamaged =
    "Nothing was changed. Acknowledged records may be missing: restore the data folder from a backup, or "
    "copy it and ask for help.";

std::unexpected<JournalError> corrupt(std::string_view file, uint64_t offset, std::string_view partition,
                                      std::string_view what) {
  return std::unexpected(
      JournalError{JournalError::Kind::Corrupt,
                   fmt::format("The journal is damaged: {} at offset {}, partition {}: {}. {}", file, offset,
                               partition, what, kDamaged)});
}

uint64_t end_of_content(std::string_view bytes) {
  const size_t last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

class Recovery {
 public:
  Recovery(Disk& disk, const LocalLogOptions& options, RecoveryReport& report)
      : disk_(disk), options_(options), report_(report) {
    log_.partitions.resize(options.partitions);
  }

  std::expected<RecoveredLog, JournalError> run() {
    if (auto done = find_segments(); !done) return std::unexpected(done.error());
    for (size_t i = 0; i < log_.segments.size(); ++i) {
      if (auto done = scan_segment(i); !done) return std::unexpected(done.error());
    }
    if (auto done = secure_tail(); !done) return std::unexpected(done.error());
    for (const std::string& name : unused_) {
      if (auto removed = disk_.remove(name); !removed) return std::unexpected(journal_error(removed.error()));
    }
    if (!unused_.empty()) {
      if (auto synced = disk_.sync_folder(); !synced) return std::unexpected(journal_error(synced.error()));
    }
    return std::move(log_);
  }

 private:
  using Result = std::expected<void, JournalError>;

  // Sorts the files into the log (a contiguous run up to the newest), stale ones, and ones that were prepared
  // and not begun.
  Result find_segments() {
    auto names = disk_.list();
    if (!names) return std::unexpected(journal_error(names.error()));
    std::sort(names->begin(), names->end());
    std::vector<std::string> headless;
    for (const std::string& name : *names) {
      const auto sequence = segment_sequence(name);
      if (!sequence) continue;
      if (auto done = read_header(name, *sequence, headless); !done) return done;
    }
    if (auto done = drop_stale(); !done) return done;
    return judge_headless(headless);
  }

  Result read_header(const std::string& name, uint64_t sequence, std::vector<std::string>& headless) {
    auto file = disk_.open(name, false);
    if (!file) return std::unexpected(journal_error(file.error()));
    auto sector = (*file)->read(0, kSector);
    if (!sector) return std::unexpected(journal_error(sector.error()));
    auto header = decode_segment_header(*sector);
    if (!header) {
      headless.push_back(name);
      return {};
    }
    if (header->version != kVersion) {
      return std::unexpected(
          JournalError{JournalError::Kind::WrongFormat,
                       fmt::format("The journal segment {} is of format {}, this program reads format {}. "
                                   "Use the release that wrote it, or the next one "
                                   "after it.",
                                   name, header->version, kVersion)});
    }
    if (header->sequence != sequence) {  // a renamed leftover: what it holds belongs elsewhere
      set_aside(name, true);
      return {};
    }
    if (header->partitions != options_.partitions) {
      return std::unexpected(
          JournalError{JournalError::Kind::WrongFormat,
                       fmt::format("The journal was made with {} partitions and is opened with {}. The "
                                   "number is fixed when the data is made: use {}.",
                                   header->partitions, options_.partitions, header->partitions)});
    }
    log_.segments.push_back(
        std::make_shared<Segment>(Segment{*header, name, std::shared_ptr<File>(std::move(*file)), {}}));
    return {};
  }

  Result drop_stale() {
    auto& segments = log_.segments;
    if (segments.empty()) return {};
    const SegmentHeader newest = segments.back()->header;
    // What the newest header knows to be trimmed may come back after a power loss: a folder forgets too.
    std::erase_if(segments, [&](const std::shared_ptr<Segment>& segment) {
      const bool trimmed = segment->header.sequence < newest.first_live;
      const bool stale = trimmed && !broken(Rule::StaleSegmentsAreDropped);
      if (stale) set_aside(segment->name, true);
      return stale;
    });
    for (const auto& segment : segments) {
      if (segment->header.identity != newest.identity) {
        return corrupt(segment->name, 0, "unknown",
                       "the segment belongs to another log: files of two data folders were mixed");
      }
    }
    for (size_t i = 1; i < segments.size(); ++i) {
      const SegmentHeader& before = segments[i - 1]->header;
      const SegmentHeader& header = segments[i]->header;
      if (header.sequence != before.sequence + 1) {
        return corrupt(segment_name(before.sequence + 1), 0, "unknown",
                       "the segment is missing between two others");
      }
      if (header.base != before.base + before.size) {
        return corrupt(segments[i]->name, 0, "unknown", "the segment does not continue the one before");
      }
    }
    return {};
  }

  // A header is synced before the first record is written, so a headless segment without records was never
  // begun.
  Result judge_headless(const std::vector<std::string>& headless) {
    const uint64_t first_live = log_.segments.empty() ? 0 : log_.segments.back()->header.first_live;
    for (const std::string& name : headless) {
      auto file = disk_.open(name, false);
      if (!file) return std::unexpected(journal_error(file.error()));
      auto sector = (*file)->read(kSector, kRecordHeaderBytes);
      if (!sector) return std::unexpected(journal_error(sector.error()));
      PartitionId partition = 0;
      const bool trimmed = *segment_sequence(name) < first_live;
      if (!trimmed && looks_like_record(*sector, 0, partition)) {
        return corrupt(name, 0, fmt::format("{}", partition),
                       "the segment's header is invalid and records follow it");
      }
      set_aside(name, trimmed);
    }
    return {};
  }

  Result scan_segment(size_t index) {
    Segment& segment = *log_.segments[index];
    const bool newest = index + 1 == log_.segments.size();
    auto content = segment.file->read(0, segment.header.size);
    if (!content) return std::unexpected(journal_error(content.error()));
    content->resize(segment.header.size, '\0');
    if (index == 0) log_.chain = segment.header.previous;

    uint64_t offset = kSector;
    while (true) {
      const uint64_t at = next_record(*content, offset, segment);
      if (at == 0) break;
      const RecordHeader header = *decode_record(*content, at, segment.header.base, seed_of(segment.header));
      if (auto done = accept(header, at, index); !done) return done;
      offset = at + record_bytes(header.size);
    }
    const uint64_t broken = next_batch(*content, offset).value_or(offset);
    const bool successor_disagrees = !newest && log_.segments[index + 1]->header.previous != log_.chain;
    if (covered(*content, broken, segment) || successor_disagrees) {
      return corrupt(segment.name, broken, broken_partition(*content, broken, segment),
                     "a record that was on stable storage is invalid");
    }
    if (newest) {
      content_ = std::move(*content);
      cut_ = offset;
    }
    return {};
  }

  // Offset of the record that continues the chain: right here, or at the next batch. 0: neither.
  uint64_t next_record(std::string_view content, uint64_t offset, const Segment& segment) const {
    for (const uint64_t at : {offset, next_batch(content, offset).value_or(offset)}) {
      auto header = decode_record(content, at, segment.header.base, seed_of(segment.header));
      if (header && header->previous == log_.chain) return at;
    }
    return 0;
  }

  Result accept(const RecordHeader& header, uint64_t offset, size_t index) {
    Segment& segment = *log_.segments[index];
    const std::string partition = fmt::format("{}", header.partition);
    if (header.version != kVersion) {
      return std::unexpected(JournalError{
          JournalError::Kind::WrongFormat,
          fmt::format(
              "The journal record at offset {} of {} is of format {}, this program reads format {}. Use "
              "the release that wrote it, or the next one after it.",
              offset, segment.name, header.version, kVersion)});
    }
    if (header.partition >= log_.partitions.size())
      return corrupt(segment.name, offset, partition, "there is no such partition");
    PartitionLog& log = log_.partitions[header.partition];
    const RecordPlace place{log_.segments[index], offset, header.size};
    if (log.first == 0) {
      log.first = header.position;
      log.records.push_back(place);
    } else if ((header.flags & kCopy) != 0 && header.position == log.last()) {
      log.records.back() = place;
    } else if (header.position == log.last() + 1) {
      log.records.push_back(place);
    } else {
      return corrupt(segment.name, offset, partition,
                     fmt::format("record {} follows record {}", header.position, log.last()));
    }
    log.epoch = std::max(log.epoch, header.epoch);
    segment.last[header.partition] = header.position;
    log_.chain = header.checksum;
    synced_ = std::max(synced_, header.synced_up_to);
    ++report_.records;
    return {};
  }

  // Whether a valid record behind `broken` was written when the bytes at `broken` were already on stable
  // storage.
  bool covered(std::string_view content, uint64_t broken, const Segment& segment) const {
    bool found = false;
    each_valid(content, broken, segment, [&](const RecordHeader& header) {
      found = header.synced_up_to > segment.header.base + broken;
      return !found;
    });
    return found;
  }

  template <typename Visit>
  void each_valid(std::string_view content, uint64_t offset, const Segment& segment, Visit visit) const {
    const uint64_t end = end_of_content(content);
    for (uint64_t at = align(offset, 8); at < end; at += 8) {
      PartitionId partition = 0;
      if (!looks_like_record(content, at, partition)) continue;
      auto header = decode_record(content, at, segment.header.base, seed_of(segment.header));
      if (header && !visit(*header)) return;
    }
  }

  // Whose record is broken: the partition in which a later record leaves a gap, else what the broken header
  // claims.
  std::string broken_partition(std::string_view content, uint64_t broken, const Segment& segment) const {
    std::map<PartitionId, Position> last;
    std::optional<PartitionId> gap;
    each_valid(content, broken, segment, [&](const RecordHeader& header) {
      if (header.partition >= log_.partitions.size()) return true;
      auto [entry, first_seen] = last.try_emplace(header.partition, log_.partitions[header.partition].last());
      const bool begins = first_seen && entry->second == 0;
      if (!begins && header.position > entry->second + 1) gap = header.partition;
      entry->second = header.position;
      return !gap;
    });
    if (gap) return fmt::format("{}", *gap);
    PartitionId claimed = 0;
    if (looks_like_record(content, broken, claimed) && claimed < log_.partitions.size())
      return fmt::format("{}", claimed);
    return "unknown";
  }

  // The page cache is not the disk: after a process crash the tail may be readable and not stored. It is
  // written again, what was torn is zeroed, and only a successful sync makes it the log.
  Result secure_tail() {
    if (log_.segments.empty()) return {};
    Segment& newest = *log_.segments.back();
    const uint64_t end = align(cut_, kSector);
    const uint64_t content_end = end_of_content(content_);
    const uint64_t torn_from = next_batch(content_, cut_).value_or(cut_);
    report_.torn_bytes_cut = content_end > torn_from ? content_end - torn_from : 0;
    std::fill(content_.begin() + static_cast<ptrdiff_t>(cut_), content_.end(), '\0');
    std::fill(content_.begin() + static_cast<ptrdiff_t>(cut_), content_.begin() + static_cast<ptrdiff_t>(end),
              kPadding);

    const uint64_t synced =
        synced_ > newest.header.base ? std::min(synced_ - newest.header.base, cut_) : kSector;
    const uint64_t from = synced / kSector * kSector;
    const uint64_t to = std::max(end, align(content_end, kSector));
    auto done = newest.file->allocate(newest.header.size);
    if (done) done = newest.file->write(0, std::string_view(content_).substr(0, kSector));
    if (done && to > from && !broken(Rule::TailIsRewritten))
      done = newest.file->write(from, std::string_view(content_).substr(from, to - from));
    if (done) done = newest.file->sync();
    if (done) done = disk_.sync_folder();
    if (!done) return std::unexpected(journal_error(done.error()));
    report_.tail_rewritten = true;
    log_.end = end;
    return {};
  }

  void set_aside(const std::string& name, bool stale) {
    unused_.push_back(name);
    if (stale) ++report_.stale_segments;
  }

  Disk& disk_;
  const LocalLogOptions& options_;
  RecoveryReport& report_;
  RecoveredLog log_;
  std::vector<std::string> unused_;
  std::string content_;     // of the newest segment
  uint64_t cut_ = kSector;  // where its accepted records end
  uint64_t synced_ = 0;     // place up to which accepted records say the log is on stable storage
};

}  // namespace

std::expected<RecoveredLog, JournalError> recover_log(Disk& disk, const LocalLogOptions& options,
                                                      RecoveryReport& report) {
  return Recovery(disk, options, report).run();
}

}  // namespace endcap
