// A system that says yes to everything, in a process of its own: what remains is the cost of asking.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace endcap::bench {

class AnsweringProcess {
 public:
  AnsweringProcess();  // listens when it returns; throws std::runtime_error
  ~AnsweringProcess();
  AnsweringProcess(const AnsweringProcess&) = delete;
  AnsweringProcess& operator=(const AnsweringProcess&) = delete;
  uint16_t port() const { return port_; }  // on loopback

 private:
  pid_t process_ = -1;
  uint16_t port_ = 0;
};

}  // namespace endcap::bench
