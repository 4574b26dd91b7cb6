package org.popnet.netview.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** People get a page when something goes wrong, with no more of the reason than they may know. */
@Component
final class PageErrors implements HandlerExceptionResolver, Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(PageErrors.class);
    private final PeoplePort peoplePort;

    PageErrors(PeoplePort peoplePort) {
        this.peoplePort = peoplePort;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (!peoplePort.matches(request)) {
            return null;
        }
        HttpStatus status = status(failure);
        if (status.is5xxServerError()) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        }
        ModelAndView page = new ModelAndView("error", status);
        page.addObject("status", status.value());
        return page;
    }

    private static HttpStatus status(Exception failure) {
        if (failure instanceof ErrorResponse answered) {
            return HttpStatus.valueOf(answered.getStatusCode().value());
        }
        if (failure instanceof MethodArgumentTypeMismatchException) {
            return HttpStatus.NOT_FOUND;
        }
        ResponseStatus annotated = AnnotatedElementUtils.findMergedAnnotation(failure.getClass(), ResponseStatus.class);
        return annotated == null ? HttpStatus.INTERNAL_SERVER_ERROR : annotated.code();
    }

    @Override
    public int getOrder() {
        return -1;
    }
}
