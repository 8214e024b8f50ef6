// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SECCOMP_RULES_IPP_INCLUDED
#define CONSTAGE_SANDBOX_SECCOMP_RULES_IPP_INCLUDED

#include <constage/sandbox/seccomp_rules.hpp>

#include <cerrno>
#include <sstream>

namespace constage::sandbox {

namespace seccomp_rules_detail {

/// System calls without conditions, by topic. Names that an architecture or a libseccomp does not know are skipped by the runtimes.
inline constexpr char const* allowed[] = {
    // files: opening, reading, writing
    "open openat openat2 creat close close_range read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek "
    "sendfile sendfile64 copy_file_range splice tee vmsplice readahead fadvise64 fadvise64_64 fallocate truncate truncate64 ftruncate "
    "ftruncate64 "
    "fsync fdatasync sync syncfs sync_file_range dup dup2 dup3 fcntl fcntl64 flock ioctl pipe pipe2 memfd_create memfd_secret umask",
    // files: names and metadata
    "stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2 "
    "chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32 utime utimes utimensat utimensat_time64 "
    "futimesat "
    "mkdir mkdirat mknod mknodat rmdir link linkat symlink symlinkat readlink readlinkat rename renameat renameat2 unlink unlinkat "
    "getdents getdents64 getcwd chdir fchdir chroot name_to_handle_at statmount listmount",
    "getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr listxattrat "
    "removexattr "
    "lremovexattr fremovexattr removexattrat inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark",
    // waiting for files
    "select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait "
    "epoll_wait_old epoll_pwait epoll_pwait2 eventfd eventfd2 io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents "
    "io_pgetevents_time64",
    // memory
    "brk mmap mmap2 munmap mremap mprotect msync madvise mincore mlock mlock2 mlockall munlock munlockall membarrier remap_file_pages "
    "pkey_alloc pkey_free pkey_mprotect map_shadow_stack mseal cachestat",
    // processes and threads
    "fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill getpid getppid gettid getpgid getpgrp setpgid "
    "getsid setsid "
    "set_tid_address set_thread_area get_thread_area set_robust_list get_robust_list rseq prctl ptrace process_vm_readv process_vm_writev "
    "pidfd_open pidfd_send_signal process_mrelease futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue restart_syscall "
    "seccomp "
    "landlock_create_ruleset landlock_add_rule landlock_restrict_self uretprobe",
    // signals
    "rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 "
    "rt_tgsigqueueinfo sigaltstack sigprocmask sigreturn signalfd signalfd4 pause",
    // users and capabilities
    "getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getgroups getgroups32 getresuid getresuid32 getresgid getresgid32 "
    "setuid setuid32 setgid setgid32 setgroups setgroups32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid "
    "setresgid32 "
    "setfsuid setfsuid32 setfsgid setfsgid32 capget capset",
    // limits and scheduling
    "getrlimit setrlimit ugetrlimit prlimit64 getrusage getpriority setpriority ioprio_get ioprio_set sched_get_priority_max "
    "sched_get_priority_min "
    "sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler sched_setscheduler "
    "sched_rr_get_interval sched_rr_get_interval_time64 sched_yield getcpu",
    // time
    "time times gettimeofday clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 "
    "nanosleep "
    "adjtimex clock_adjtime clock_adjtime64 alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime "
    "timer_gettime64 "
    "timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64",
    // sockets (socket itself: below)
    "accept accept4 bind connect listen shutdown socketpair socketcall getpeername getsockname getsockopt setsockopt recv recvfrom "
    "recvmmsg "
    "recvmmsg_time64 recvmsg send sendmmsg sendmsg sendto",
    // System V and POSIX IPC
    "ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget mq_getsetattr mq_notify "
    "mq_open "
    "mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink",
    // the machine
    "uname sysinfo getrandom",
#if defined(__x86_64__) || defined(__i386__)
    "arch_prctl modify_ldt",
#elif defined(__aarch64__) || defined(__arm__)
    "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls",
#elif defined(__powerpc64__)
    "sync_file_range2 swapcontext",
#elif defined(__riscv)
    "riscv_flush_icache riscv_hwprobe",
#elif defined(__s390x__)
    "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr",
#endif
};

CONSTAGE_INLINE seccomp_rule allow_if(char const* name, unsigned argument, scmp_compare comparison, std::uint64_t value,
                                      std::uint64_t second = 0) {
    return {{name}, 0, true, {argument, comparison, value, second}};
}

CONSTAGE_INLINE std::vector<seccomp_rule> make_rules() {
    std::vector<seccomp_rule> rules(1);
    for (auto const* topic : allowed) {
        std::istringstream words(topic);
        for (std::string name; words >> name;) rules.front().names.push_back(name);
    }
    // All address families but AF_ALG (38) and AF_VSOCK (40): a kernel's crypto and its hypervisor are nothing for a build. Each by its
    // number: filters compare 64 bits, of which the kernel takes 32, so all above 40 would let AF_ALG in. What 32-bit programs of old
    // libraries give to socketcall lies in memory, where no filter sees it.
    rules.push_back(allow_if("socket", 0, SCMP_CMP_LT, 38));
    for (auto const family : {39u, 41u, 42u, 43u, 44u, 45u}) rules.push_back(allow_if("socket", 0, SCMP_CMP_EQ, family));
    // Linux, Linux 32 bits, each without address randomization too, and the question which one it is.
    for (auto const persona : {0x0u, 0x8u, 0x20000u, 0x20008u, 0xffffffffu})
        rules.push_back(allow_if("personality", 0, SCMP_CMP_EQ, persona));
        // No new namespaces; clone3 hides its flags from a filter, and ENOSYS makes libraries fall back to clone.
#if defined(__s390x__)
    rules.push_back(allow_if("clone", 1, SCMP_CMP_MASKED_EQ, 0x7e020000));
#else
    rules.push_back(allow_if("clone", 0, SCMP_CMP_MASKED_EQ, 0x7e020000));
#endif
    rules.push_back({{"clone3"}, ENOSYS, false, {}});
    return rules;
}

}  // namespace seccomp_rules_detail

CONSTAGE_INLINE std::vector<seccomp_rule> const& seccomp_rules() {
    static auto const rules = seccomp_rules_detail::make_rules();
    return rules;
}

CONSTAGE_INLINE std::vector<seccomp_architecture> const& seccomp_architectures() {
    static std::vector<seccomp_architecture> const architectures = {
#if defined(__x86_64__)
        {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
        {"SCMP_ARCH_X86", SCMP_ARCH_X86},
        {"SCMP_ARCH_X32", SCMP_ARCH_X32}
#elif defined(__aarch64__)
        {"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
        {"SCMP_ARCH_ARM", SCMP_ARCH_ARM}
#elif defined(__s390x__)
        {"SCMP_ARCH_S390X", SCMP_ARCH_S390X},
        {"SCMP_ARCH_S390", SCMP_ARCH_S390}
#else
        {"", seccomp_arch_native()}
#endif
    };
    return architectures;
}

}  // namespace constage::sandbox

#endif
