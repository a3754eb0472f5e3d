// Batches: see batch.h.
#include "runtime/connect/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>

#include "runtime/connect/headers.h"

namespace endcap::connect {
namespace {

constexpr int kDepthMax = 2;  // a batch of changesets

// One that stands in none of the bodies.
std::string boundary_for(const std::vector<BatchPart>& parts, std::string_view word) {
  for (size_t i = 0;; ++i) {
    std::string boundary = fmt::format("{}_{}", word, i);
    if (std::ranges::none_of(parts, [&](const BatchPart& part) {
          return part.body.find("--" + boundary) != std::string::npos;
        }))
      return boundary;
  }
}

std::string request_text(const BatchPart& part, size_t place) {
  std::string text = fmt::format(
      "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: {}\r\n\r\n"
      "{} {} HTTP/1.1\r\n",
      place + 1, part.method, part.path);
  for (const std::string& header : part.headers) text += header + "\r\n";
  if (!part.body.empty()) text += fmt::format("Content-Length: {}\r\n", part.body.size());
  return text + "\r\n" + part.body + "\r\n";
}

// A line and what follows it; a bare line feed ends one too.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Entity {
  std::string content_type, content_id;
  std::string_view body;
};

Entity read_entity(std::string_view text) {
  Entity entity;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const auto [name, value] = header_of(line);
    if (name == "content-type") entity.content_type = value;
    if (name == "content-id") entity.content_id = value;
  }
  entity.body = text;
  return entity;
}

// The boundary of a multipart type; empty: it is none.
std::string boundary_of(std::string_view content_type) {
  std::string lower(content_type);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const size_t at = lower.find("boundary=");
  if (!lower.starts_with("multipart/mixed") || at == std::string::npos) return {};
  std::string_view rest = content_type.substr(at + 9);
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(rest.substr(0, rest.find_first_of("; \t")));
}

// What stands between the boundaries, up to the last one or to where the body breaks off: then the part that
// is not whole is left out.
std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
  const std::string mark = "--" + boundary;
  std::vector<std::string_view> parts;
  std::optional<size_t> begin;
  for (size_t at = 0; at < body.size();) {
    std::string_view rest = body.substr(at);
    const size_t size_before = rest.size();
    const std::string_view line = take_line(rest);
    const bool last = line.starts_with(mark + "--");
    if (last || (line.starts_with(mark) && line.find_first_not_of(" \t", mark.size()) == std::string::npos)) {
      if (begin) {
        std::string_view part = body.substr(*begin, at - *begin);
        for (const char end : {'\n', '\r'}) {  // the line end before a boundary is the boundary's
          if (part.ends_with(end)) part.remove_suffix(1);
        }
        parts.push_back(part);
      }
      if (last) return parts;
      begin = at + (size_before - rest.size());
    }
    at += size_before - rest.size();
  }
  return parts;
}

// "HTTP/1.1 201 Created", headers, body.
std::optional<HttpAnswer> read_http(std::string_view text) {
  HttpAnswer answer;
  const std::string_view status = take_line(text);
  const size_t at = status.find(' ');
  if (!status.starts_with("HTTP/") || at == std::string_view::npos) return std::nullopt;
  const char* const end = status.data() + status.size();
  if (std::from_chars(status.data() + at + 1, end, answer.status).ec != std::errc()) return std::nullopt;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    keep_header(answer, line);
  }
  answer.body = text;
  return answer;
}

// The answers of a body in their order, each with the number it names. A changeset that holds no single
// answer counts as one that says nothing.
class Reader {
 public:
  struct Found {
    std::string content_id;
    std::optional<HttpAnswer> answer;
  };

  void read(const Entity& entity, int depth) {
    const std::string boundary = boundary_of(entity.content_type);
    if (boundary.empty()) return found_.push_back({entity.content_id, read_http(entity.body)});
    const auto parts = parts_of(entity.body, boundary);
    if (depth == kDepthMax || (depth > 0 && parts.size() != 1)) return found_.emplace_back(), void();
    for (const std::string_view part : parts) read(read_entity(part), depth + 1);
  }

  // By the numbers, where they are those that were sent, each once; else by their order, unless there are
  // more than were asked for.
  std::vector<std::optional<HttpAnswer>> of(size_t parts) && {
    std::vector<std::optional<HttpAnswer>> answers(parts);
    if (found_.size() > parts) return answers;
    std::set<size_t> places;
    for (const Found& each : found_) {
      size_t number = 0;
      const char* const end = each.content_id.data() + each.content_id.size();
      const bool whole = std::from_chars(each.content_id.data(), end, number).ptr == end;
      if (whole && number > 0 && number <= parts) places.insert(number - 1);
    }
    const bool named = places.size() == found_.size();
    for (size_t i = 0; i < found_.size(); ++i) {
      const size_t at = named ? std::stoul(found_[i].content_id) - 1 : i;
      answers[at] = std::move(found_[i].answer);
    }
    return answers;
  }

 private:
  std::vector<Found> found_;
};

}  // namespace

BatchBody write_batch(const std::vector<BatchPart>& parts, Version version) {
  const std::string boundary = boundary_for(parts, "batch"), changeset = boundary_for(parts, "changeset");
  BatchBody batch;
  batch.content_type = "multipart/mixed; boundary=" + boundary;
  for (size_t i = 0; i < parts.size(); ++i) {
    batch.body += fmt::format("--{}\r\n", boundary);
    if (version == Version::V4) {
      batch.body += request_text(parts[i], i);
    } else {
      batch.body += fmt::format("Content-Type: multipart/mixed; boundary={0}\r\n\r\n--{0}\r\n{1}--{0}--\r\n",
                                changeset, request_text(parts[i], i));
    }
  }
  batch.body += fmt::format("--{}--\r\n", boundary);
  return batch;
}

OrMessage<std::vector<std::optional<HttpAnswer>>> read_batch(const HttpAnswer& answer, size_t parts) {
  if (boundary_of(answer.content_type).empty())
    return std::unexpected(
        fmt::format("the answer to a batch is of the type \"{}\", not multipart/mixed", answer.content_type));
  Reader reader;
  reader.read({answer.content_type, "", answer.body}, 0);
  return std::move(reader).of(parts);
}

}  // namespace endcap::connect
