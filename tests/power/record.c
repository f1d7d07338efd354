/*
 * Writes down, in order, what a program asks of the disk: loaded before the C library, it performs
 * each call itself and appends it to a log. It changes nothing and lets nothing fail; what a power
 * cut would have left is worked out from the log by the test that reads it.
 *
 * Only files under ROUNDS_RECORD_ROOT are written down, into ROUNDS_RECORD_LOG. One lock is held
 * around each call and its line, so the log's order is the order in which the kernel saw the calls.
 *
 * A line is: kind (1 byte), three numbers (8 bytes each, little-endian; the third is the process),
 * the lengths of two byte strings (4 bytes each), and the two strings.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 65536
#define LOG_NUMBER 900

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static char root[PATH_MAX];
static size_t root_length;
static unsigned char watched[MOST_FILES];

__attribute__((constructor)) static void begin(void) {
    const char *where = getenv("ROUNDS_RECORD_ROOT"), *log = getenv("ROUNDS_RECORD_LOG");
    if (!where || !log || strlen(where) >= PATH_MAX) return;
    strcpy(root, where);
    root_length = strlen(root);
    int opened = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (opened < 0) _exit(97);
    /* A high number, out of the way of the program's own. */
    log_file = (int)syscall(SYS_fcntl, opened, F_DUPFD_CLOEXEC, LOG_NUMBER);
    syscall(SYS_close, opened);
    if (log_file < 0) _exit(97);
}

static int is_watched(int fd) { return log_file >= 0 && fd >= 0 && fd < MOST_FILES && watched[fd]; }

static void watch(int fd, int on) {
    if (fd >= 0 && fd < MOST_FILES) watched[fd] = (unsigned char)on;
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, log_file, at, length);
        if (done < 0 && errno == EINTR) continue;
        /* A log with a hole would prove nothing. */
        if (done <= 0) _exit(98);
        at += done;
        length -= (size_t)done;
    }
}

static void line(char kind, int64_t a, int64_t b, const void *one, size_t one_length,
                 const void *two, size_t two_length) {
    int kept = errno;
    int64_t numbers[3] = {a, b, (int64_t)getpid()};
    uint32_t lengths[2] = {(uint32_t)one_length, (uint32_t)two_length};
    char head[1 + sizeof numbers + sizeof lengths];
    head[0] = kind;
    memcpy(head + 1, numbers, sizeof numbers);
    memcpy(head + 1 + sizeof numbers, lengths, sizeof lengths);
    put(head, sizeof head);
    if (one_length) put(one, one_length);
    if (two_length) put(two, two_length);
    errno = kept;
}

/* The whole path, from the root of the machine; 0 when it is not under the watched folder. */
static int whole(int folder, const char *path, char *out) {
    out[0] = 0;
    if (log_file < 0 || !path) return 0;
    if (path[0] != '/') {
        char link[64] = "/proc/self/cwd";
        if (folder != AT_FDCWD) {
            char digits[16];
            int at = 0, n = folder;
            do digits[at++] = (char)('0' + n % 10); while (n /= 10);
            strcpy(link, "/proc/self/fd/");
            char *end = link + strlen(link);
            while (at) *end++ = digits[--at];
            *end = 0;
        }
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 2);
        if (length < 0 || (size_t)length + strlen(path) + 2 > PATH_MAX) return 0;
        out[length] = '/';
        out[length + 1] = 0;
    } else if (strlen(path) >= PATH_MAX) {
        return 0;
    }
    strcat(out, path);
    return !strncmp(out, root, root_length) && (out[root_length] == '/' || !out[root_length]);
}

static int open_and_note(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    int kept = errno;
    int mine = whole(folder, path, full);
    errno = kept;
    if (!mine) {
        int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
        watch(fd, 0);
        return fd;
    }
    pthread_mutex_lock(&lock);
    int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= MOST_FILES) _exit(98);
    if (fd >= 0) {
        watch(fd, 1);
        line('o', fd, flags, full, strlen(full), 0, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list more; \
        va_start(more, flags); \
        mode = (mode_t)va_arg(more, int); \
        va_end(more); \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_and_note(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_and_note(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_and_note(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_and_note(folder, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_and_note(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (!is_watched(fd)) return (int)syscall(SYS_close, fd);
    pthread_mutex_lock(&lock);
    watch(fd, 0);
    line('c', fd, 0, 0, 0, 0, 0);
    int done = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (!is_watched(fd)) return syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&lock);
    ssize_t done = syscall(SYS_write, fd, bytes, length);
    if (done > 0) {
        off_t reached = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        line('w', fd, reached - done, bytes, (size_t)done, 0, 0);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    if (!is_watched(fd)) return syscall(SYS_pwrite64, fd, bytes, length, at);
    pthread_mutex_lock(&lock);
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, length, at);
    if (done > 0) line('w', fd, at, bytes, (size_t)done, 0, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

/* A call may write less than was asked, so writing one piece and saying so keeps the promise. */
static const struct iovec *first_piece(const struct iovec *pieces, int count) {
    for (int at = 0; at < count; at++)
        if (pieces[at].iov_len) return pieces + at;
    return 0;
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    if (!is_watched(fd)) return syscall(SYS_writev, fd, pieces, count);
    const struct iovec *piece = first_piece(pieces, count);
    return piece ? write(fd, piece->iov_base, piece->iov_len) : 0;
}

ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t at) {
    if (!is_watched(fd)) return syscall(SYS_pwritev, fd, pieces, count, (long)at, 0L);
    const struct iovec *piece = first_piece(pieces, count);
    return piece ? pwrite64(fd, piece->iov_base, piece->iov_len, at) : 0;
}
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at) { return pwritev64(fd, pieces, count, at); }

int ftruncate64(int fd, off64_t length) {
    if (!is_watched(fd)) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(SYS_ftruncate, fd, length);
    if (!done) line('t', fd, length, 0, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_and_note(long call, int fd) {
    if (!is_watched(fd)) return (int)syscall(call, fd);
    pthread_mutex_lock(&lock);
    int done = (int)syscall(call, fd);
    if (!done) line('s', fd, 0, 0, 0, 0, 0);
    pthread_mutex_unlock(&lock);
    return done;
}
int fsync(int fd) { return sync_and_note(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_and_note(SYS_fdatasync, fd); }

static int name_and_note(char kind, int done_wanted, int from_folder, const char *from, int to_folder,
                         const char *to, long flags) {
    char one[PATH_MAX], two[PATH_MAX] = "";
    int kept = errno;
    int mine = whole(from_folder, from, one);
    if (to) mine |= whole(to_folder, to, two);
    errno = kept;
    if (mine) pthread_mutex_lock(&lock);
    long done = -1;
    switch (kind) {
    case 'r': done = syscall(SYS_renameat2, from_folder, from, to_folder, to, flags); break;
    case 'l': done = syscall(SYS_linkat, from_folder, from, to_folder, to, flags); break;
    case 'u': done = syscall(SYS_unlinkat, from_folder, from, flags); break;
    case 'm': done = syscall(SYS_mkdirat, from_folder, from, flags); break;
    }
    if (mine) {
        if (done == done_wanted) line(kind, flags, 0, one, strlen(one), two, strlen(two));
        pthread_mutex_unlock(&lock);
    }
    return (int)done;
}

int rename(const char *from, const char *to) { return name_and_note('r', 0, AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return name_and_note('r', 0, a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return name_and_note('r', 0, a, from, b, to, (long)flags); }
int link(const char *from, const char *to) { return name_and_note('l', 0, AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return name_and_note('l', 0, a, from, b, to, flags); }
int unlink(const char *path) { return name_and_note('u', 0, AT_FDCWD, path, 0, 0, 0); }
int unlinkat(int folder, const char *path, int flags) { return name_and_note('u', 0, folder, path, 0, 0, flags); }
int rmdir(const char *path) { return name_and_note('u', 0, AT_FDCWD, path, 0, 0, AT_REMOVEDIR); }
int mkdir(const char *path, mode_t mode) { return name_and_note('m', 0, AT_FDCWD, path, 0, 0, (long)mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return name_and_note('m', 0, folder, path, 0, 0, (long)mode); }

static int copy_and_note(int from, int to) {
    if (to >= MOST_FILES && is_watched(from)) _exit(98);
    if (to >= 0) {
        watch(to, is_watched(from));
        if (is_watched(from)) line('d', from, to, 0, 0, 0, 0);
    }
    return to;
}

int dup(int from) {
    pthread_mutex_lock(&lock);
    int to = copy_and_note(from, (int)syscall(SYS_dup, from));
    pthread_mutex_unlock(&lock);
    return to;
}

int dup3(int from, int wanted, int flags) {
    pthread_mutex_lock(&lock);
    int to = copy_and_note(from, (int)syscall(SYS_dup3, from, wanted, flags));
    pthread_mutex_unlock(&lock);
    return to;
}
int dup2(int from, int wanted) { return from == wanted ? wanted : dup3(from, wanted, 0); }

int fcntl64(int fd, int what, ...) {
    va_list more;
    va_start(more, what);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (what != F_DUPFD && what != F_DUPFD_CLOEXEC) return (int)syscall(SYS_fcntl, fd, what, argument);
    pthread_mutex_lock(&lock);
    int to = copy_and_note(fd, (int)syscall(SYS_fcntl, fd, what, argument));
    pthread_mutex_unlock(&lock);
    return to;
}
int fcntl(int fd, int what, ...) {
    va_list more;
    va_start(more, what);
    void *argument = va_arg(more, void *);
    va_end(more);
    return fcntl64(fd, what, argument);
}

/* Ways to change a file that the log cannot tell of: said, so that the test fails instead of lying. */
static void untold(int fd, const char *name) {
    if (!is_watched(fd)) return;
    pthread_mutex_lock(&lock);
    line('x', fd, 0, name, strlen(name), 0, 0);
    pthread_mutex_unlock(&lock);
}

int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    untold(fd, "fallocate");
    return (int)syscall(SYS_fallocate, fd, mode, at, length);
}
int fallocate(int fd, int mode, off_t at, off_t length) { return fallocate64(fd, mode, at, length); }
int posix_fallocate64(int fd, off64_t at, off64_t length) {
    int kept = errno, done = fallocate64(fd, 0, at, length) ? errno : 0;
    errno = kept;
    return done;
}
int posix_fallocate(int fd, off_t at, off_t length) { return posix_fallocate64(fd, at, length); }
ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    untold(to, "copy_file_range");
    return syscall(SYS_copy_file_range, from, from_at, to, to_at, length, flags);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t length) {
    untold(to, "sendfile");
    return syscall(SYS_sendfile, to, from, at, length);
}
ssize_t sendfile(int to, int from, off_t *at, size_t length) { return sendfile64(to, from, (off64_t *)at, length); }
